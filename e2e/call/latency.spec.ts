import { expect } from '@playwright/test';
import { cameraClip } from '../support/clip.js';
import { test } from '../support/fixtures.js';
import { Participant, type ConsumerReport } from '../support/participant.js';

const FPS = 15;
const CODES = 60;

/** Joins two people and waits until the second one has read enough time codes of the first. */
interface Measured {
  readonly ben: Participant;
  readonly consumer: ConsumerReport;
}

async function measured(
  browser: Parameters<typeof Participant.join>[0],
  url: string,
  codec: 'inn' | 'vp8',
): Promise<Measured> {
  const options = {
    ...{ bitrate: 300, fps: FPS, width: 320, height: 180, timecode: 1 },
    ...(codec === 'vp8' ? { codec } : {}),
  };
  const room = { url, room: `latency-${codec}`, options };
  await Participant.join(browser, { ...room, name: 'Anna' });
  const ben = await Participant.join(browser, { ...room, name: 'Ben' });
  await ben.waitForPictures(1, 1);
  await expect
    .poll(async () => (await ben.videoConsumers())[0]?.glassToGlass?.read ?? 0, {
      message: 'time codes are read off shown pictures',
      timeout: 60_000,
    })
    .toBeGreaterThanOrEqual(CODES);
  const [consumer] = await ben.videoConsumers();
  if (!consumer) throw new Error('Ben receives no camera');
  return { ben, consumer };
}

test('latency by time code agrees with the stamps of the same frames', async ({
  server,
  openBrowser,
}) => {
  const browser = await openBrowser(cameraClip(320, 180, FPS));
  const { ben, consumer } = await measured(browser, server.url, 'inn');
  const { codec, glassToGlass, stages, captureCheck } = consumer;
  expect(codec).toBe('inn');
  const { read = 0, unread = 0, latency, aboveStamps } = glassToGlass ?? {};
  expect(unread).toBeLessThanOrEqual(0.05 * read);
  expect(latency?.count).toBeGreaterThanOrEqual(CODES);
  expect(stages.captureToDisplay?.count).toBeGreaterThan(20);
  expect(aboveStamps?.count).toBeGreaterThan(20);
  expect(Math.abs(aboveStamps?.p50 ?? Infinity)).toBeLessThan(1000 / FPS);

  // Both browsers are on this machine: what abs-capture-time and stamps differ by is their error.
  expect(captureCheck?.count).toBeGreaterThan(20);
  expect(Math.abs(captureCheck?.differenceMs ?? Infinity)).toBeLessThan(1000 / FPS);

  await expect
    .poll(async () => Math.abs((await ben.videoConsumers())[0]?.sync?.audioLeadMs ?? Infinity), {
      message: 'sound and picture come together',
      timeout: 90_000,
    })
    .toBeLessThanOrEqual(45);
});

test('the time code survives VP8 as well', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, FPS));
  const { consumer } = await measured(browser, server.url, 'vp8');
  const { codec, glassToGlass, stages } = consumer;
  expect(codec).toBe('vp8');
  const { read = 0, unread = 0, latency } = glassToGlass ?? {};
  expect(unread).toBeLessThanOrEqual(0.05 * read);
  expect(latency?.p50).toBeGreaterThan(0);
  // By abs-capture-time: the browser's own frames have no stamps of ours.
  expect(stages.captureToDisplay?.count).toBeGreaterThan(20);
});
