import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { drawnPerson } from '../support/drawnPeople.js';
import { test } from '../support/fixtures.js';
import { expectNotice } from '../support/notices.js';
import { Participant } from '../support/participant.js';
import { keepScreenshot } from '../support/screens.js';

const options = { width: 320, height: 180, fps: 10, bitrate: 200, timecode: 1 };

async function downloadBy(page: Page, button: string): Promise<string> {
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  return readFile(await (await started).path(), 'utf8');
}

test('numbers for an engineer: JSON, CSV, a report, INN beside VP8', async ({
  server,
  openBrowser,
}) => {
  const browser = await openBrowser();
  const room = { url: server.url, room: 'statistics', options };
  const anna = await Participant.join(browser, {
    ...room,
    name: 'Anna',
    viewport: { width: 1280, height: 720 },
    prepare: drawnPerson('Anna'),
  });
  await Participant.join(browser, { ...room, name: 'Ben', prepare: drawnPerson('Ben') });
  await anna.waitForPictures(1, 20);
  const { page } = anna;
  await page.keyboard.press('i');
  await expect(page.getByText('Camera to screen', { exact: true })).toBeVisible();

  const samples = JSON.parse(await downloadBy(page, 'JSON')) as {
    readonly consumers: { readonly framesPresented: number }[];
  }[];
  expect(samples.at(-1)?.consumers[0]?.framesPresented).toBeGreaterThan(0);

  const [head, ...lines] = (await downloadBy(page, 'CSV')).trim().split('\n');
  expect(head).toContain('latency_p50_ms');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line.split(',')).toHaveLength(head?.split(',').length ?? 0);

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy report' }).click();
  await expectNotice(page, 'The report is copied.');
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain('InnCall diagnostic report');
  expect(report).toContain('receives camera as inn');
  expect(report).not.toContain('Ben');

  await page
    .getByRole('switch', { name: 'Compare INN and VP8 side by side' })
    .click({ force: true });
  const compared = page.locator('section[data-tile="Ben as VP8"]');
  await expect(compared.locator('video')).toBeVisible();
  await expect(page.getByRole('heading', { name: /Ben · VP8/ })).toBeVisible();
  for (const tile of ['Ben', 'Ben as VP8']) {
    await expect(
      page.locator(`section[data-tile="${tile}"]`),
      'latency, bit rate and PSNR of both',
    ).toContainText(/\d+ ms · [\d.]+ [kM]bit\/s · \d+\.\d dB/, { timeout: 60_000 });
  }
  for (const { codec, bitrate, pictureQuality } of await anna.videoConsumers()) {
    expect(bitrate, codec).toBeGreaterThan(0);
    expect(pictureQuality?.psnr, codec).toBeGreaterThan(20);
    expect(pictureQuality?.psnr, codec).toBeLessThan(70);
  }
  await keepScreenshot(page, 'call-compare');
  await page
    .getByRole('switch', { name: 'Compare INN and VP8 side by side' })
    .click({ force: true });
  await expect(compared).toBeHidden();
});
