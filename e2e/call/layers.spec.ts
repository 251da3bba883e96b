import { expect } from '@playwright/test';
import { cameraClip } from '../support/clip.js';
import { test } from '../support/fixtures.js';
import { Participant, type ConsumerReport, type ProducerReport } from '../support/participant.js';

const FULL = 2;
const HALF = 1;
const LARGE = { width: 640, height: 480 };
const SMALL = { width: 340, height: 300 };
/** Long enough for a few frames on a slow machine. */
const WATCH_MS = 2_000;

/** The camera of `person` as two layers, 320x180 and 160x90, however slow this machine is. */
const options = { bitrate: 300, fps: 10, width: 320, height: 180, layers: 3 };

async function layers(person: Participant): Promise<ProducerReport[]> {
  return (await person.stats()).producers.filter(({ codec }) => codec === 'inn');
}

async function encoded(person: Participant, layer: number): Promise<number> {
  return (await layers(person)).find((report) => report.layer === layer)?.stats?.encoded ?? 0;
}

/** Waits until exactly these layers of `person` are received by somebody. */
async function expectWanted(person: Participant, wanted: readonly number[]): Promise<void> {
  await expect
    .poll(async () => (await layers(person)).flatMap((l) => (l.wanted ? [l.layer] : [])), {
      message: `${person.name} codes ${wanted.join(' and ') || 'nothing'}`,
    })
    .toEqual(wanted);
}

/** What `person` receives of the camera of `sender`. */
async function picture(person: Participant, sender: Participant): Promise<ConsumerReport> {
  const producers = (await layers(sender)).map(({ producerId }) => producerId);
  const consumers = await person.videoConsumers();
  const report = consumers.find(({ producerId }) => producers.includes(producerId));
  if (report === undefined) throw new Error(`${person.name} receives no picture`);
  return report;
}

/** Waits until `person` shows this layer, at this width, and its pictures go on. */
async function expectShown(
  person: Participant,
  sender: Participant,
  layer: number,
  width: number,
): Promise<void> {
  await expect(async () => {
    const { layer: shown, stats } = await picture(person, sender);
    expect({ layer: shown, width: stats?.width }).toEqual({ layer, width });
  }, `${person.name} shows layer ${layer}`).toPass({ timeout: 60_000 });
  const before = (await picture(person, sender)).framesPresented;
  await expect
    .poll(async () => (await picture(person, sender)).framesPresented, {
      message: `${person.name} sees it move`,
    })
    .toBeGreaterThan(before + 3);
}

/** Nothing of this layer is coded while time passes. */
async function expectStill(person: Participant, layer: number): Promise<void> {
  await expect(async () => {
    const before = await encoded(person, layer);
    await person.page.waitForTimeout(WATCH_MS);
    expect(await encoded(person, layer)).toBe(before);
  }).toPass({ timeout: 30_000 });
}

async function setHidden(person: Participant, hidden: boolean): Promise<void> {
  await person.page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    },
    hidden ? 'hidden' : 'visible',
  );
}

test('each tile gets the layer that fits it, and what nobody sees is not coded', async ({
  server,
  openBrowser,
}) => {
  const browser = await openBrowser(cameraClip(320, 180, 10));
  const join = async (name: string): Promise<Participant> =>
    Participant.join(browser, { url: server.url, room: 'tiles', name, options, viewport: LARGE });
  const anna = await join('Anna');
  await expect
    .poll(async () => (await layers(anna))[0]?.stats?.captured ?? 0)
    .toBeGreaterThanOrEqual(5);
  expect(await encoded(anna, FULL)).toBe(0);

  const ben = await join('Ben');
  await ben.page.getByRole('button', { name: 'Camera off' }).click();
  await expectShown(ben, anna, FULL, 320);
  const chloe = await join('Chloe');
  await chloe.page.getByRole('button', { name: 'Camera off' }).click();
  await expectShown(chloe, anna, FULL, 320);
  // Where all want the same, one layer is coded.
  await expectWanted(anna, [FULL]);

  await chloe.page.setViewportSize(SMALL);
  await expectShown(chloe, anna, HALF, 160);
  await expectShown(ben, anna, FULL, 320);
  await expectWanted(anna, [FULL, HALF]);
  expect((await picture(chloe, anna)).layerSwitches).toBeGreaterThanOrEqual(1);

  await chloe.page.setViewportSize(LARGE);
  await expectShown(chloe, anna, FULL, 320);
  await expectWanted(anna, [FULL]);
  await expectStill(anna, HALF);
  expect((await picture(chloe, anna)).stats?.checksumMismatches).toBe(0);
  expect((await picture(chloe, anna)).layerSwitches).toBeGreaterThanOrEqual(2);

  await setHidden(chloe, true);
  await expect.poll(async () => (await picture(chloe, anna)).paused).toBe(true);
  await expect(async () => {
    const before = (await picture(chloe, anna)).stats?.received;
    await expectShown(ben, anna, FULL, 320);
    expect((await picture(chloe, anna)).stats?.received).toBe(before);
  }).toPass({ timeout: 60_000 });
  await setHidden(ben, true);
  await expectWanted(anna, []);
  await expectStill(anna, FULL);
  await setHidden(chloe, false);
  await expectShown(chloe, anna, FULL, 320);
  await expectWanted(anna, [FULL]);
});

test('a slow downlink gets a smaller layer or only sound, and lowers nobody', async ({
  server,
  openBrowser,
}) => {
  const browser = await openBrowser(cameraClip(320, 180, 10));
  const join = async (name: string, more: Record<string, number> = {}): Promise<Participant> =>
    Participant.join(browser, {
      ...{ url: server.url, room: 'downlinks', name, viewport: LARGE },
      options: { ...options, ...more },
    });
  const anna = await join('Anna');
  const ben = await join('Ben');
  await ben.page.getByRole('button', { name: 'Camera off' }).click();
  await expectShown(ben, anna, FULL, 320);
  const slow = await join('Slow', { downlink: 150 });
  await slow.page.getByRole('button', { name: 'Camera off' }).click();
  await expectShown(slow, anna, HALF, 160);
  await expectShown(ben, anna, FULL, 320);
  await expect(async () => {
    const [full, half] = (await layers(anna)).map(({ stats }) => stats?.targetBitrate ?? 0);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThanOrEqual(75_000);
    expect(full).toBeGreaterThan(2 * (half ?? 0));
  }).toPass({ timeout: 60_000 });

  const slowest = await join('Slowest', { downlink: 60 });
  await expect(slowest.page.locator('section[data-tile="Anna"]')).toContainText(
    'Video paused: your link is too slow for it',
  );
  await expect
    .poll(() =>
      slowest.page.evaluate(() =>
        [...document.querySelectorAll('audio')].some((a) => !a.paused && a.currentTime > 1),
      ),
    )
    .toBe(true);
  expect((await picture(slowest, anna)).stats?.decoded ?? 0).toBe(0);
  await expectShown(ben, anna, FULL, 320);
});

test('VP8 obeys its receiver’s downlink', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, 10));
  const join = async (name: string, more: Record<string, number> = {}): Promise<Participant> =>
    Participant.join(browser, {
      ...{ url: server.url, room: 'vp8-downlink', name, viewport: LARGE },
      options: { ...options, codec: 'vp8', ...more },
    });
  const anna = await join('Anna');
  const wanted = async () => (await anna.stats()).producers.map((producer) => producer.wanted);
  const expectBitrate = (person: Participant, inRange: (bitrate: number) => boolean) =>
    expect(async () => {
      const [video] = await person.videoConsumers();
      expect(inRange(video?.bitrate ?? 0), `${person.name} gets ${String(video?.bitrate)}`).toBe(
        true,
      );
      const before = video?.framesPresented ?? 0;
      await person.page.waitForTimeout(WATCH_MS);
      expect((await person.videoConsumers())[0]?.framesPresented).toBeGreaterThan(before + 3);
    }).toPass({ timeout: 60_000 });
  await expect.poll(wanted).toEqual([false]);

  const slow = await join('Slow', { downlink: 150 });
  await slow.page.getByRole('button', { name: 'Camera off' }).click();
  await expectBitrate(slow, (bitrate) => bitrate > 0 && bitrate < 150_000);
  expect(await wanted()).toEqual([true]);
  await slow.leave();
  await expect.poll(wanted).toEqual([false]);

  const ben = await join('Ben');
  await expectBitrate(ben, (bitrate) => bitrate > 180_000);
  expect(await wanted()).toEqual([true]);
});
