import { expect, type Page } from '@playwright/test';
import { cameraClip } from '../support/clip.js';
import { test } from '../support/fixtures.js';
import { Participant, type ConsumerReport } from '../support/participant.js';

/** Two seconds of the screen's frame rate: what the picture may take to become exact. */
const MOST_FRAMES = 30;
/** A link that takes those frames as they come, bit/s. */
const AMPLE_BITRATE = 500_000;

/** Makes "Share your screen" share a small page of text, which `drawScreen` and `scrollScreen` change. */
async function offerScreen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 192;
    const context = canvas.getContext('2d');
    const draw = (title: string) => {
      if (!context) return;
      context.fillStyle = '#fdfcf8';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = '#1a3c6e';
      context.font = '16px serif';
      context.fillText(title, 12, 24);
      context.fillStyle = '#222';
      context.font = '11px sans-serif';
      for (let line = 0; line < 9; line += 1) {
        context.fillText(
          `${line}. The quick brown fox jumps over the lazy dog, ${line * 37}`,
          12,
          46 + 15 * line,
        );
      }
    };
    let page = 0;
    let timer: ReturnType<typeof setInterval> | undefined;
    const scroll = (on: boolean) => {
      clearInterval(timer);
      if (on) timer = setInterval(() => draw(`Page ${page++}`), 40);
    };
    Object.assign(window, { drawScreen: draw, scrollScreen: scroll });
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(canvas.captureStream());
  });
}

function drawScreen(page: Page, title: string): Promise<void> {
  return page.evaluate(
    (text) => (window as unknown as { drawScreen(title: string): void }).drawScreen(text),
    title,
  );
}

/** Starts or ends that the screen changes faster than its frames come. */
function scrollScreen(page: Page, on: boolean): Promise<void> {
  return page.evaluate(
    (moving) => (window as unknown as { scrollScreen(on: boolean): void }).scrollScreen(moving),
    on,
  );
}

async function screenOf(person: Participant): Promise<ConsumerReport | undefined> {
  return (await person.stats()).consumers.find(({ source }) => source === 'screen');
}

/** What the way from `sender` to `receiver` takes, as far as it is known, bit/s. */
async function linkEstimate(sender: Participant, receiver: Participant): Promise<number> {
  const up = (await sender.stats()).network?.availableOutgoingBitrate ?? 0;
  const down = (await receiver.stats()).downlinkEstimate ?? 0;
  return Math.min(up, down);
}

/** Bytes that differ between what `receiver` shows and what `sender` captured then. */
async function differences(
  sender: Participant,
  receiver: Participant,
): Promise<number | undefined> {
  const consumerId = (await screenOf(receiver))?.consumerId ?? '';
  const shown = await receiver.page.evaluate(async (id) => {
    const picture = await window.__inncall?.shownPicture(id);
    return picture && { captureTime: picture.captureTime, data: Array.from(picture.data) };
  }, consumerId);
  return sender.page.evaluate(async (picture) => {
    if (!picture) return undefined;
    const source = await window.__inncall?.capturedPicture('screen', picture.captureTime);
    if (source?.data.length !== picture.data.length) return undefined;
    return source.data.filter((level, i) => level !== picture.data[i]).length;
  }, shown);
}

/** The same at a moment when `receiver` calls its picture exact, which a slow link may spoil again. */
async function differencesWhenExact(
  sender: Participant,
  receiver: Participant,
): Promise<number | undefined> {
  const exact = async () => (await screenOf(receiver))?.exact;
  for (;;) {
    await expect.poll(exact).toBe(true);
    const found = await differences(sender, receiver);
    if ((await exact()) === true) return found;
  }
}

test('a shared screen that stands still becomes bit-exact', async ({ server, openBrowser }) => {
  const browser = await openBrowser(cameraClip(320, 180, 15));
  const options = { bitrate: 150, fps: 10, width: 160, height: 90, probe: 1 };
  const room = { url: server.url, room: 'exact', options };
  // Wide enough for the button that shares the screen.
  const viewport = { width: 900, height: 500 };
  const anna = await Participant.join(browser, { ...room, name: 'Anna', viewport });
  const ben = await Participant.join(browser, { ...room, name: 'Ben' });
  await ben.waitForPictures(1, 5);

  // Where both pages start on a busy machine, the link counts as slow at first.
  await expect.poll(() => linkEstimate(anna, ben)).toBeGreaterThan(AMPLE_BITRATE);

  await offerScreen(anna.page);
  await anna.page.getByRole('button', { name: 'Share your screen' }).click();
  // A canvas tells only who listens already what is drawn.
  await expect.poll(async () => (await screenOf(ben))?.codec).toBe('inn');
  const badge = ben.page.getByText('Bit-exact');
  const sent = async () =>
    (await anna.stats()).producers.find(({ source }) => source === 'screen')?.stats;
  await drawScreen(anna.page, 'A still page');
  await expect(badge).toBeVisible();
  expect(await differencesWhenExact(anna, ben)).toBe(0);
  expect((await sent())?.qp).toBe(0);
  expect((await sent())?.encoded).toBeLessThanOrEqual(MOST_FRAMES);
  expect((await screenOf(ben))?.stats?.checksumMismatches).toBe(0);

  await scrollScreen(anna.page, true);
  await expect.poll(async () => (await screenOf(ben))?.exact).toBe(false);
  await expect(badge).toBeHidden();
  await scrollScreen(anna.page, false);
  await expect(badge).toBeVisible();
  expect(await differencesWhenExact(anna, ben)).toBe(0);

  const chloe = await Participant.join(browser, { ...room, name: 'Chloe' });
  expect(await differencesWhenExact(anna, chloe)).toBe(0);
});
