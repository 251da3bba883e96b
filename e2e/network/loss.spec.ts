import { expect, type Browser } from '@playwright/test';
import { cameraClip } from '../support/clip.js';
import { test } from '../support/fixtures.js';
import { Participant } from '../support/participant.js';
import { RelayedMedia } from '../support/relayedMedia.js';

const OPTIONS = { bitrate: 300, fps: 15, width: 320, height: 180 };
const DELAY_MS = 20;
/** Share of lost packets. */
const LOSS = 0.1;
const WANTED_REPAIRS = 12;

/** What Ben's decoder counted of Anna's picture; zeros while a stream is set up. */
async function seenBy(ben: Participant) {
  const stats = (await ben.videoConsumers())[0]?.stats;
  return {
    rendered: stats?.rendered ?? 0,
    repairs: stats?.repairs.count ?? 0,
    repairsByKeyFrame: stats?.repairs.by.keyFrame ?? 0,
    checksumMismatches: stats?.checksumMismatches ?? 0,
  };
}

/** Ben, behind the relay, sees Anna. */
async function call(
  { url, room }: { readonly url: string; readonly room: string },
  browser: Browser,
  relay: RelayedMedia,
): Promise<Participant> {
  const join = { url, room, options: OPTIONS };
  await Participant.join(browser, { ...join, name: 'Anna' });
  const ben = await Participant.join(browser, { ...join, name: 'Ben', prepare: relay.prepare });
  await ben.waitForPictures(1, 15);
  return ben;
}

test('lost packets are repaired, mostly without key frames', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, 15));
  const relay = new RelayedMedia(DELAY_MS);
  const ben = await call({ url: server.url, room: 'loss' }, browser, relay);
  relay.loss = LOSS;
  await expect
    .poll(async () => (await seenBy(ben)).repairs, {
      message: 'losses that Ben noticed and that were repaired',
      timeout: 120_000,
    })
    .toBeGreaterThanOrEqual(WANTED_REPAIRS);
  const seen = await seenBy(ben);
  await relay.close();

  expect(seen.rendered).toBeGreaterThan(2 * seen.repairs);
  expect(seen.checksumMismatches).toBe(0);
  expect(seen.repairsByKeyFrame).toBeLessThanOrEqual(seen.repairs / 3);
});

test('after an outage the picture goes on', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, 15));
  const relay = new RelayedMedia(DELAY_MS);
  const ben = await call({ url: server.url, room: 'outage' }, browser, relay);
  relay.loss = 1;
  await ben.page.waitForTimeout(1500);
  const during = await seenBy(ben);
  await ben.page.waitForTimeout(1500);
  const still = await seenBy(ben);
  expect(still.rendered - during.rendered).toBeLessThanOrEqual(3);
  relay.loss = 0;
  await expect
    .poll(async () => (await seenBy(ben)).rendered - still.rendered, {
      message: 'pictures after the outage',
      timeout: 90_000,
    })
    .toBeGreaterThanOrEqual(15);
  expect((await seenBy(ben)).checksumMismatches).toBe(0);
  await relay.close();
});
