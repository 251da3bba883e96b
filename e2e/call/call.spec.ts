import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { cameraClip } from '../support/clip.js';
import { test } from '../support/fixtures.js';
import { Participant, shownQuality, type ConsumerReport } from '../support/participant.js';

const ARTIFACTS = fileURLToPath(new URL('../../artifacts/', import.meta.url));
/** How long a call is watched, and how often: other work on the machine may spoil one watch. */
const WATCH_MS = 20_000;
const WATCHES = 4;

/** Frames of one sender at one receiver between two readings. */
interface Interval {
  readonly captured: number;
  /** Left out by the sender to keep up with time: late ones and those of a lowered frame rate. */
  readonly skipped: number;
  readonly sent: number;
  /** Pictures written to the shown track, and those left out because decoding fell behind. */
  readonly rendered: number;
  readonly dropped: number;
  readonly shown: number;
  readonly keyFrames: number;
}

const NOTHING: Interval = {
  ...{ captured: 0, skipped: 0, sent: 0, rendered: 0, dropped: 0, shown: 0, keyFrames: 0 },
};

async function read(people: readonly Participant[]): Promise<Map<string, Interval>> {
  const stats = await Promise.all(people.map((person) => person.stats()));
  const producers = new Map(
    stats.flatMap(({ producers: list }) => list.map((p) => [p.producerId, p.stats] as const)),
  );
  return new Map(
    stats.flatMap(({ consumers }) =>
      consumers.map((consumer) => {
        const sender = producers.get(consumer.producerId);
        const { late = 0, 'frame-rate': spared = 0 } = sender?.drops ?? {};
        const interval: Interval = {
          captured: sender?.captured ?? 0,
          skipped: late + spared,
          sent: sender?.sent ?? 0,
          rendered: consumer.stats?.rendered ?? 0,
          dropped: consumer.stats?.dropped ?? 0,
          shown: consumer.framesPresented,
          keyFrames: consumer.stats?.keyFrames ?? 0,
        };
        return [consumer.consumerId, interval] as const;
      }),
    ),
  );
}

function difference(end: Interval, start: Interval): Interval {
  return {
    captured: end.captured - start.captured,
    skipped: end.skipped - start.skipped,
    sent: end.sent - start.sent,
    rendered: end.rendered - start.rendered,
    dropped: end.dropped - start.dropped,
    shown: end.shown - start.shown,
    keyFrames: end.keyFrames - start.keyFrames,
  };
}

/** Watches what each receiver shows of each sender for a while. */
async function watch(people: readonly Participant[]): Promise<Interval[]> {
  const before = await read(people);
  await people[0]?.page.waitForTimeout(WATCH_MS);
  const after = await read(people);
  return [...after].map(([id, end]) => difference(end, before.get(id) ?? NOTHING));
}

/**
 * Everybody's pictures flow: nearly all captured frames are shown, and few are key frames. Where the
 * machine is too busy to code every frame, and says so, every frame that was sent must be accounted
 * for instead.
 */
function expectFlow(interval: Interval): void {
  const { captured, skipped, sent, rendered, dropped, shown, keyFrames } = interval;
  expect(sent).toBeGreaterThan(20);
  expect(keyFrames).toBeLessThanOrEqual(3);
  const keepsUp = skipped + dropped < 0.03 * captured;
  if (keepsUp) expect(shown / captured).toBeGreaterThanOrEqual(0.95);
  else expect((rendered + dropped) / sent).toBeGreaterThanOrEqual(0.9);
}

async function expectFlowing(people: readonly Participant[], consumers: number): Promise<void> {
  await expect(async () => {
    const intervals = await watch(people);
    expect(intervals).toHaveLength(consumers);
    intervals.forEach(expectFlow);
  }).toPass({ intervals: [0], timeout: WATCHES * (WATCH_MS + 5_000) });
}

function expectHealthy(consumer: ConsumerReport): void {
  expect(consumer.codec).toBe('inn');
  expect(consumer.stats?.checksumMismatches).toBe(0);
  expect(consumer.stats?.malformed).toBe(0);
}

test('two people see and hear each other at 640x360', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(640, 360, 15));
  const options = { bitrate: 500, fps: 15, width: 640, height: 360, layers: 1, probe: 1 };
  const anna = await Participant.join(browser, {
    url: server.url,
    room: 'two',
    name: 'Anna',
    options,
  });
  const ben = await Participant.join(browser, {
    url: server.url,
    room: 'two',
    name: 'Ben',
    options,
  });
  await anna.waitForPictures(1, 15);
  await ben.waitForPictures(1, 15);

  await expectFlowing([anna, ben], 2);
  for (const person of [anna, ben]) {
    for (const consumer of await person.videoConsumers()) expectHealthy(consumer);
    const audible = await person.page.evaluate(() =>
      [...document.querySelectorAll('audio')].some((a) => !a.paused && a.currentTime > 1),
    );
    expect(audible).toBe(true);
  }
  const [consumer] = await ben.videoConsumers();
  const quality = await shownQuality(anna, ben, consumer?.consumerId ?? '', 5);
  expect(quality.length).toBeGreaterThanOrEqual(3);
  expect(quality.reduce((sum, q) => sum + q, 0) / quality.length).toBeGreaterThan(34);
  await anna.page.setViewportSize({ width: 1280, height: 720 });
  await anna.page.screenshot({ path: `${ARTIFACTS}screenshots/call-two.png` });
});

test('three people at 320x180; one leaves and comes back', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, 15));
  const options = { bitrate: 300, fps: 15, width: 320, height: 180 };
  const people: Participant[] = [];
  for (const name of ['Anna', 'Ben', 'Chloe']) {
    people.push(await Participant.join(browser, { url: server.url, room: 'three', name, options }));
  }
  for (const person of people) await person.waitForPictures(2, 15);
  await expectFlowing(people, 6);
  for (const person of people) {
    for (const consumer of await person.videoConsumers()) expectHealthy(consumer);
  }

  const [anna, ben, chloe] = people;
  if (!anna || !ben || !chloe) throw new Error('somebody is missing');
  await chloe.leave();
  await anna.waitForPictures(1);
  await chloe.close();
  const again = await Participant.join(browser, {
    url: server.url,
    room: 'three',
    name: 'Chloe',
    options,
  });
  await again.waitForPictures(2, 5);
  await anna.waitForPictures(2, 5);
  await ben.waitForPictures(2, 5);
});

test('a late joiner soon has a picture and costs the others no key frame storm', async ({
  server,
  openBrowser,
}) => {
  const browser = await openBrowser(cameraClip(320, 180, 15));
  const options = { bitrate: 300, fps: 15, width: 320, height: 180 };
  const room = { url: server.url, room: 'late', options };
  const anna = await Participant.join(browser, { ...room, name: 'Anna' });
  const ben = await Participant.join(browser, { ...room, name: 'Ben' });
  await ben.waitForPictures(1, 30);
  const before = (await anna.camera()).stats?.keyFrames ?? 0;

  const late = await Participant.join(browser, { ...room, name: 'Late' });
  await late.waitForPictures(2, 1);
  // The decoder's numbers come four times a second, the picture may be sooner.
  const known = async () =>
    (await late.videoConsumers()).every((c) => (c.stats?.rendered ?? 0) > 0);
  await expect.poll(known).toBe(true);
  for (const { stats } of await late.videoConsumers()) {
    // Frames come at 15 a second: fewer than that without a picture means less than a second.
    expect((stats?.received ?? Infinity) - (stats?.rendered ?? 0)).toBeLessThan(15);
    expect(stats?.keyFrames).toBeGreaterThanOrEqual(1);
  }
  await late.waitForPictures(2, 45);
  const after = (await anna.camera()).stats?.keyFrames ?? 0;
  expect(after - before).toBeLessThanOrEqual(3);
  const [seen] = await ben.videoConsumers();
  expect(seen?.stats?.checksumMismatches).toBe(0);
});

test('a VP8-only peer takes part', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, 15));
  const options = { bitrate: 300, fps: 15, width: 320, height: 180 };
  const room = { url: server.url, room: 'mixed' };
  const anna = await Participant.join(browser, { ...room, name: 'Anna', options });
  const ben = await Participant.join(browser, { ...room, name: 'Ben', options });
  const old = await Participant.join(browser, {
    ...room,
    name: 'Old',
    options: { ...options, codec: 'vp8' },
  });
  const oldSees = await old.waitForPictures(2, 15);
  expect(oldSees.map((c) => c.codec)).toEqual(['vp8', 'vp8']);
  const annaSees = await anna.waitForPictures(2, 15);
  expect(annaSees.map((c) => c.codec).sort()).toEqual(['inn', 'vp8']);
  const benSees = await ben.waitForPictures(2, 15);
  expect(benSees.map((c) => c.codec).sort()).toEqual(['inn', 'vp8']);
});
