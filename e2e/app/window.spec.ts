import { expect, type Browser, type Page } from '@playwright/test';
import { drawnPerson } from '../support/drawnPeople.js';
import { test } from '../support/fixtures.js';
import { launchBrowser, Participant } from '../support/participant.js';
import { keepScreenshot, overflowsSideways } from '../support/screens.js';

/** From a small phone to a 4K screen, upright and on its side. */
const SIZES = [
  [360, 740],
  [844, 390],
  [768, 1024],
  [1920, 1080],
  [3840, 2160],
] as const;

const tile = (page: Page, name: string) => page.locator(`section[data-tile="${name}"]`);

/** The tab goes to the background, or comes back, as far as the page can tell. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
      document.dispatchEvent(new Event('visibilitychange'));
    },
    hidden ? 'hidden' : 'visible',
  );
}

test.describe.serial('the window', () => {
  let browser: Browser;
  let anna: Participant;
  let ben: Participant;
  let page: Page;
  /** What Anna's client wished for each video, newest last. */
  const wishes: { readonly width: number; readonly paused: boolean }[] = [];

  test.beforeAll(async ({ server }) => {
    browser = await launchBrowser();
    const room = { url: server.url, room: 'window' };
    anna = await Participant.join(browser, {
      ...room,
      name: 'Anna',
      viewport: { width: 1280, height: 720 },
      prepare: async (context) => {
        context.on('page', (opened) =>
          opened.on('websocket', (socket) => {
            socket.on('framesent', ({ payload }) => {
              const found = /"setConsumerPreferences".*?"width":(\d+).*?"paused":(true|false)/.exec(
                String(payload),
              );
              if (found) wishes.push({ width: Number(found[1]), paused: found[2] === 'true' });
            });
          }),
        );
        await drawnPerson('Anna')(context);
      },
    });
    page = anna.page;
    ben = await Participant.join(browser, {
      ...room,
      name: 'Ben',
      options: { width: 320, height: 180, fps: 10, bitrate: 200 },
      prepare: drawnPerson('Ben'),
    });
    await anna.waitForPictures(1, 3);
  });
  test.afterAll(async () => {
    await browser.close();
  });

  test('full screen and back', async () => {
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
    await page.keyboard.press('f');
    await expect.poll(isFull).toBe(true);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Leave full screen' }).click();
    await expect.poll(isFull).toBe(false);
  });

  test('a hidden tab receives no video, except in the small window', async () => {
    const paused = async () => (await anna.videoConsumers()).every((video) => video.paused);
    const decoded = async () => (await anna.videoConsumers())[0]?.stats?.decoded ?? 0;
    const floats = () => page.evaluate(() => document.pictureInPictureElement !== null);
    await page.keyboard.press('b');
    await expect.poll(floats).toBe(true);
    await setHidden(page, true);
    // Longer than the client waits before it tells the server.
    await page.waitForTimeout(1500);
    expect(await paused()).toBe(false);
    const seen = await decoded();
    await expect.poll(decoded).toBeGreaterThan(seen + 5);

    await page.keyboard.press('b');
    await expect.poll(floats).toBe(false);
    await expect.poll(paused).toBe(true);
    // What was on its way arrives.
    await page.waitForTimeout(1000);
    const before = await decoded();
    await page.waitForTimeout(1500);
    expect(await decoded()).toBe(before);

    await setHidden(page, false);
    await expect.poll(paused).toBe(false);
    await expect.poll(decoded).toBeGreaterThan(before + 5);
  });

  test('quality acts on what is sent and on what is received', async () => {
    const sent = async () => {
      const { stats } = await anna.camera();
      return { width: stats?.width ?? 0, target: stats?.targetBitrate ?? 0 };
    };
    await page.keyboard.press('d');
    await page.getByText('Data saver', { exact: true }).click();
    await expect.poll(async () => (await sent()).width).toBeLessThanOrEqual(480);
    await expect.poll(async () => (await sent()).target).toBeLessThanOrEqual(250_000);
    await expect.poll(() => wishes.at(-1)?.width).toBe(320);
    await page.getByText('Sharp', { exact: true }).click();
    await expect
      .poll(() =>
        page
          .locator('section[data-tile="Anna (you)"] video')
          .evaluate((video: HTMLVideoElement) => video.videoWidth),
      )
      .toBe(960);
    await expect.poll(() => wishes.at(-1)?.width ?? 0).toBeGreaterThan(320);
    await page.getByText('Data saver', { exact: true }).click();
    await page.keyboard.press('Escape');
  });

  test('tiles and controls fit into any window', async () => {
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => overflowsSideways(page)).toBe(false);
      for (const part of [
        tile(page, 'Ben'),
        tile(page, 'Anna (you)'),
        page.getByRole('button', { name: 'Mute' }),
        page.getByRole('button', { name: 'Leave the call' }),
        page.getByRole('button', { name: 'More' }),
      ]) {
        await expect(part).toBeInViewport({ ratio: 1 });
      }
      await keepScreenshot(page, `call-${String(width)}x${String(height)}`);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  test('several screens are shared at once', async () => {
    await page.keyboard.press('s');
    await expect(tile(page, 'Your screen')).toBeVisible();
    await expect(tile(ben.page, 'Anna’s screen').locator('video')).toBeVisible();
    await ben.page.keyboard.press('s');
    await expect(tile(page, 'Ben’s screen').locator('video')).toBeVisible();
    await page.keyboard.press('l');
    await page.waitForTimeout(1000);
    await keepScreenshot(page, 'call-screens');
    await page.getByRole('button', { name: 'Stop sharing' }).click();
    await expect(tile(ben.page, 'Anna’s screen')).toBeHidden();
  });
});
