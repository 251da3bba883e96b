import { describe, expect, test } from 'vitest';
import type { BacklogReading } from './sendBacklog.js';
import type { NetworkFeedback } from './types.js';
import { createVideoShare, USED_SHARE, type VideoShare } from './videoShare.js';

const FRAME_MS = 1000 / 30;
const ESTIMATE = 400_000;
const HEARD: BacklogReading = { waitMs: 0, waitedMs: 0, heardMs: 20 };

function report(share: VideoShare, now: number, more: Partial<NetworkFeedback> = {}): void {
  share.report({
    ...{ now, availableOutgoingBitrate: ESTIMATE, rttMs: 50, lossFraction: 0, jitterMs: 0 },
    ...more,
  });
}

/** bit/s after some seconds of these readings. */
function rateAfter(
  seconds: number,
  backlog: (now: number) => BacklogReading,
  more: Partial<NetworkFeedback> = {},
): number {
  const share = createVideoShare(ESTIMATE, 0);
  let rate = NaN;
  for (let at = 0; at <= seconds * 1000; at += FRAME_MS) {
    report(share, at, more);
    share.hear(at, backlog(at));
    rate = share.bitrate(at, USED_SHARE);
  }
  return rate;
}

describe('what came through while frames waited', () => {
  const seen = (carriedBitrate: number, lastAt = Infinity): number =>
    rateAfter(10, (at) => ({ ...HEARD, ...(at <= lastAt && { carriedBitrate }) }));

  test('bounds the rate for some seconds, down to a share of what the estimate gives', () => {
    expect(seen(300_000)).toBeCloseTo(300_000);
    expect(seen(ESTIMATE)).toBeCloseTo(USED_SHARE * ESTIMATE);
    expect(seen(50_000)).toBeCloseTo(0.6 * USED_SHARE * ESTIMATE);
    expect(seen(300_000, 9000)).toBeLessThan(1.05 * 300_000);
    expect(seen(300_000, 2000)).toBeCloseTo(USED_SHARE * ESTIMATE);
  });

  test('raises the rate where the estimate is lower, not by much, and not on a lossy link', () => {
    const rate = (carriedBitrate: number, lossFraction: number): number =>
      rateAfter(5, () => ({ ...HEARD, carriedBitrate }), {
        ...{ availableOutgoingBitrate: 200_000, lossFraction },
      });
    expect(rate(300_000, 0)).toBeCloseTo(0.9 * 300_000);
    expect(rate(900_000, 0)).toBeCloseTo(1.6 * USED_SHARE * 200_000);
    expect(rate(300_000, 0.1)).toBeCloseTo(USED_SHARE * 0.9 * 200_000);
  });

  test('is no bound where others fill the queue: video would give way for nothing', () => {
    const crowded = { waitMs: 300, waitedMs: 280, heardMs: 20, carriedBitrate: 50_000 };
    expect(rateAfter(0.5, () => crowded)).toBeLessThan(0.7 * ESTIMATE);
    expect(rateAfter(3, () => crowded)).toBe(ESTIMATE);
    const share = createVideoShare(ESTIMATE, 0);
    expect(share.hear(0, crowded)).toBe(300);
    expect(share.hear(2000, crowded)).toBe(0);
    expect(share.hear(2100, { ...crowded, waitedMs: 20 })).toBe(300);
  });

  test('bounds the rate while a queue of its own drains, and in a silence', () => {
    const waits = (waitedMs: (now: number) => number, heardMs: number) => {
      const share = createVideoShare(ESTIMATE, 0);
      const told: (number | undefined)[] = [];
      for (let now = 0; now <= 3000; now += 100) {
        told.push(share.hear(now, { waitMs: 300, waitedMs: waitedMs(now), heardMs }));
      }
      return told;
    };
    expect(waits((now) => 1000 - 0.25 * now, 20)).not.toContain(0);
    expect(waits(() => 900, 500)).not.toContain(0);
    expect(waits(() => 900, 20)).toContain(0);
  });
});

test('what sound takes is left to it', () => {
  const share = createVideoShare(ESTIMATE, 0);
  const rateWith = (audioBitrate?: number): number => {
    report(share, 0, { ...(audioBitrate !== undefined && { audioBitrate }) });
    return share.bitrate(0, USED_SHARE);
  };
  expect(rateWith()).toBeCloseTo(380_000);
  expect(rateWith(60_000)).toBeCloseTo(320_000);
  expect(rateWith()).toBeCloseTo(320_000);
  expect(share.linkBitrate(0)).toBeCloseTo(340_000);
});
