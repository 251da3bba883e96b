import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from '../support/accessibility.js';
import { drawnPerson } from '../support/drawnPeople.js';
import { test } from '../support/fixtures.js';
import { expectNotice } from '../support/notices.js';
import { launchBrowser, Participant } from '../support/participant.js';
import { keepScreenshot, overflowsSideways, SCREENS } from '../support/screens.js';

const options = { width: 320, height: 180, fps: 10, bitrate: 200 };

const tile = (page: Page, name: string) => page.locator(`section[data-tile="${name}"]`);

/** Uses a control of the bar, or its entry in the menu where the bar is too narrow for it. */
async function choose(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  if (await button.isVisible()) {
    await button.click();
    return;
  }
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name }).click();
}

async function widthOf(locator: Locator): Promise<number> {
  return (await locator.boundingBox())?.width ?? 0;
}

for (const [screen, viewport] of Object.entries(SCREENS)) {
  test.describe.serial(`a call on a ${screen}`, () => {
    let browser: Browser;
    let anna: Participant;
    let ben: Participant;
    let page: Page;

    test.beforeAll(async ({ server }) => {
      browser = await launchBrowser();
      const room = { url: server.url, room: `app-${screen}`, options };
      anna = await Participant.join(browser, {
        ...room,
        name: 'Anna',
        viewport,
        prepare: drawnPerson('Anna'),
      });
      page = anna.page;
      await expect(page.getByText('Nobody else is here.')).toBeVisible();
      ben = await Participant.join(browser, {
        ...room,
        name: 'Ben',
        prepare: drawnPerson('Ben'),
      });
      await anna.waitForPictures(1, 3);
    });
    test.afterAll(async () => {
      await browser.close();
    });

    /** axe in light and dark, nothing beside the window, a picture kept. */
    const inspect = async (what: string): Promise<void> => {
      await expect.poll(() => overflowsSideways(page)).toBe(false);
      await expectAccessible(page, `${what} on a ${screen}`);
      await keepScreenshot(page, `call-${what.replaceAll(' ', '-')}-${screen}`);
    };

    const panel = (name: string) => page.getByRole('complementary', { name });

    const closePanel = async (name: string): Promise<void> => {
      await page.keyboard.press('Escape');
      await expect(panel(name)).toBeHidden();
    };

    test('shows who comes and how well the picture arrives', async () => {
      await expectNotice(page, 'Ben joined');
      await expect(tile(page, 'Ben').locator('video')).toBeVisible();
      await expect(tile(page, 'Anna (you)')).toBeVisible();
      await expect(tile(page, 'Ben').getByRole('img', { name: /^Connection / })).toBeVisible();
      await inspect('grid');
    });

    test('grid, stage and pin', async () => {
      const width = (name: string) => widthOf(tile(page, name));
      await page.keyboard.press('l');
      await expect.poll(() => width('Ben')).toBeGreaterThan(await width('Anna (you)'));
      await inspect('stage');
      await page.getByRole('button', { name: 'Pin Anna (you)' }).click();
      await expect.poll(() => width('Anna (you)')).toBeGreaterThan(await width('Ben'));
      await page.getByRole('button', { name: 'Unpin Anna (you)' }).click();
      await expect.poll(async () => (await width('Anna (you)')) - (await width('Ben'))).toBe(0);
    });

    test('chat', async () => {
      await choose(page, 'Chat');
      const message = page.getByRole('textbox', { name: 'Message' });
      await expect(message).toBeFocused();
      await message.fill('Shall we begin?');
      await message.press('Enter');
      await expect(page.getByRole('log')).toContainText('Shall we begin?');
      // Ben has no chat open: he is told, and answers.
      await expectNotice(ben.page, 'Anna: Shall we begin?');
      await ben.page.keyboard.press('c');
      await expect(ben.page.getByRole('textbox', { name: 'Message' })).toBeFocused();
      await ben.page.keyboard.type('Yes, m and h are letters here.');
      await ben.page.keyboard.press('Enter');
      await expect(page.getByRole('log')).toContainText('Yes, m and h are letters here.');
      await inspect('chat');
      await closePanel('Chat');
      await expect(page.getByRole('button', { name: 'Chat' })).toBeFocused();
    });

    test('people and a raised hand', async () => {
      await choose(page, 'Raise your hand');
      await expectNotice(ben.page, 'Anna raises a hand');
      await expect(tile(ben.page, 'Anna').getByLabel('hand raised')).toBeVisible();
      await choose(page, 'People');
      const people = panel('People').getByRole('listitem');
      await expect(people).toHaveCount(2);
      await expect(people.first().getByLabel('hand raised')).toBeVisible();
      await inspect('people');
      await closePanel('People');
      await page.keyboard.press('h');
      await expect(tile(ben.page, 'Anna').getByLabel('hand raised')).toBeHidden();
    });

    test('latency and statistics', async () => {
      await choose(page, 'Latency and statistics');
      const statistics = panel('Latency and statistics');
      await expect(statistics.getByText('Camera to screen', { exact: true })).toBeVisible();
      await expect(statistics.locator('canvas')).toHaveCount(6);
      await expect(statistics.getByText(/kbit\/s|Mbit\/s/).first()).toBeVisible();
      await inspect('statistics');
      await closePanel('Latency and statistics');
    });

    test('devices and quality', async () => {
      await choose(page, 'More');
      await page.getByRole('menuitem', { name: 'Devices and quality' }).click();
      await expect(panel('Devices and quality').getByText('Data saver')).toBeVisible();
      await inspect('devices');
      await closePanel('Devices and quality');
    });

    test('the menu and the list of shortcuts', async () => {
      await choose(page, 'More');
      await expect(page.getByRole('menuitem', { name: 'Full screen' })).toBeVisible();
      await inspect('menu');
      await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
      const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await expect(help).toContainText('Raise or lower your hand');
      await inspect('shortcuts');
      await page.keyboard.press('Escape');
      await expect(help).toBeHidden();
      await page.keyboard.press('Shift+?');
      await expect(help).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(help).toBeHidden();
    });

    test('mute and camera off', async () => {
      const seen = tile(ben.page, 'Anna');
      await page.getByRole('button', { name: 'Mute' }).click();
      await expect(seen.getByLabel('muted')).toBeVisible();
      await page.keyboard.press('v');
      await expect(seen.locator('video')).toBeHidden();
      await inspect('muted');
      await page.keyboard.press('v');
      await expect(seen.locator('video')).toBeVisible();
      await page.keyboard.press('m');
      await expect(seen.getByLabel('muted')).toBeHidden();
    });

    test('the leave page sums the call up, and leads back', async () => {
      await page.getByRole('button', { name: 'Leave the call' }).click();
      await expect(page.getByRole('heading', { name: 'You left the call' })).toBeVisible();
      await expect(page.getByText('person met')).toBeVisible();
      await expect(page.getByText(/^\d+ ms$/)).toBeVisible();
      await expect(page.getByText(/^\d+ %$/)).toBeVisible();
      await expectNotice(ben.page, 'Anna left');
      await inspect('left');
      await page.getByRole('button', { name: 'Back to the room' }).click();
      await expect(page.getByRole('textbox', { name: 'Room' })).toHaveValue(`app-${screen}`);
    });
  });
}
