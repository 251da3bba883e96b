import { expect } from '@playwright/test';
import { matchShown } from '../bench/network/analysis.js';
import { recordCall } from '../bench/network/call.js';
import { mediaDirection, SCENARIOS } from '../bench/network/scenarios.js';
import { codedClip } from '../bench/codedClip.js';
import type { Passage } from '../network/udpRelay.js';
import { test } from '../support/fixtures.js';

const SECONDS = 14;
/** The estimate finds the link first. */
const FROM_MS = 4000;
const FPS = 15;
const KILOBITS = 300;
/** A busy machine spoils a watch; a defect spoils all of them. */
const WATCHES = 3;

const bits = (passages: readonly Passage[], from: number, to: number): number =>
  8 * passages.filter(({ at }) => at >= from && at < to).reduce((sum, { bytes }) => sum + bytes, 0);

test('a call through 300 kbit/s flows and does not send more than fits', async ({ server }) => {
  const clip = codedClip({ width: 320, height: 180, fps: FPS, video: undefined });
  const scenario = SCENARIOS.find(({ name }) => name === 'constant-300')!;
  expect(mediaDirection(scenario)).toBe('toServer');
  await expect(async () => {
    const record = await recordCall({
      ...{ url: server.url, scenario, codec: 'inn', clip, fps: FPS, seconds: SECONDS, seed: 1 },
    });
    const end = 1000 * SECONDS;
    const watched = (end - FROM_MS) / 1000;
    const { offered, delivered } = record.media;
    const sent = bits(offered, FROM_MS, end) / watched;
    // The camera's media really goes through the relay.
    expect(sent).toBeGreaterThan(50_000);
    expect(sent).toBeLessThan(1.05 * 1000 * KILOBITS);
    expect(bits(delivered, FROM_MS, end) / watched).toBeGreaterThan(0.9 * sent);
    const seconds = Array.from({ length: watched }, (_, i) => FROM_MS + 1000 * i);
    const over = seconds.filter((from) => bits(offered, from, from + 1000) > 1.25e3 * KILOBITS);
    expect(over.length).toBeLessThanOrEqual(1);
    const shown = matchShown(record).filter(({ shownAt }) => shownAt >= FROM_MS && shownAt < end);
    const captured = record.captured.filter(({ at }) => at - record.startedAt >= FROM_MS);
    expect(captured.length).toBeGreaterThan(50);
    expect(shown.length / captured.length).toBeGreaterThan(0.5);
  }).toPass({ timeout: WATCHES * 70_000, intervals: [0] });
});
