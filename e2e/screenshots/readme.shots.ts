import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, type Browser, type Page } from '@playwright/test';
import { drawnPerson } from '../support/drawnPeople.js';
import { test } from '../support/fixtures.js';
import { Participant } from '../support/participant.js';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const WINDOW = { width: 1280, height: 720 };
const PEOPLE = ['Anna', 'Ben', 'Chloe', 'Dev'] as const;
/** Four encoders and twelve decoders share this machine; two and two can do more. */
const FPS_OF_FOUR = 4;
const FPS_OF_TWO = 15;

/** Writes what the page shows as WebP, which the browser encodes itself. */
async function writePicture(page: Page, name: string): Promise<void> {
  const png = (await page.screenshot()).toString('base64');
  const converter = await page.context().newPage();
  const webp = await converter.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    canvas.getContext('2d')?.drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.88).replace(/^.*,/, '');
  }, png);
  await converter.close();
  await writeFile(`${IMAGES}${name}.webp`, Buffer.from(webp, 'base64'));
}

async function joinAll(
  browser: Browser,
  url: string,
  count: number,
  fps: number,
): Promise<Participant[]> {
  const people: Participant[] = [];
  for (const name of PEOPLE.slice(0, count)) {
    people.push(
      await Participant.join(browser, {
        url,
        room: `daily-${count}`,
        name,
        options: { width: 640, height: 360, fps, bitrate: 600 },
        prepare: drawnPerson(name, fps),
        ...(name === 'Anna' ? { viewport: WINDOW } : {}),
      }),
    );
  }
  return people;
}

test('join page', async ({ server, openBrowser }) => {
  const context = await (
    await openBrowser()
  ).newContext({
    viewport: WINDOW,
    colorScheme: 'light',
    permissions: ['camera', 'microphone'],
  });
  await drawnPerson('Anna', 30)(context);
  const page = await context.newPage();
  await page.goto(`${server.url}/?room=daily&fps=15`);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Anna');
  const check = page.getByRole('region', { name: 'Self-check' });
  await expect(check.locator('[data-level="checking"]')).toHaveCount(0);
  await expect(check.locator('[data-check="Microphone"]')).toContainText('it hears you');
  await writePicture(page, 'join');
});

test('a call of four', async ({ server, openBrowser }) => {
  const browser = await openBrowser();
  const [anna, , chloe] = await joinAll(browser, server.url, 4, FPS_OF_FOUR);
  if (anna === undefined || chloe === undefined) throw new Error('somebody is missing');
  await anna.page.emulateMedia({ colorScheme: 'dark' });
  await chloe.page.keyboard.press('h');
  await anna.waitForPictures(3, 8);
  await expect(anna.page.locator('.mantine-Notification-root')).toHaveCount(0);
  await writePicture(anna.page, 'call');
});

test('where the time goes', async ({ server, openBrowser }) => {
  const [anna] = await joinAll(await openBrowser(), server.url, 2, FPS_OF_TWO);
  if (anna === undefined) throw new Error('nobody is there');
  await anna.page.emulateMedia({ colorScheme: 'dark' });
  await anna.waitForPictures(1, 30);
  await expect(anna.page.locator('.mantine-Notification-root')).toHaveCount(0);
  await anna.page.keyboard.press('i');
  await expect(anna.page.getByText('Camera to screen', { exact: true }).first()).toBeVisible();
  await anna.page.waitForTimeout(20_000);
  await writePicture(anna.page, 'latency');
});
