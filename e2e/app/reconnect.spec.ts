import { expect, type Page, type WebSocketRoute } from '@playwright/test';
import { drawnPerson } from '../support/drawnPeople.js';
import { test } from '../support/fixtures.js';
import { expectNotice } from '../support/notices.js';
import { Participant } from '../support/participant.js';
import { keepScreenshot } from '../support/screens.js';
import { startServer } from '../support/server.js';

const options = { width: 320, height: 180, fps: 10, bitrate: 200 };
const tile = (page: Page, name: string) => page.locator(`section[data-tile="${name}"]`);

/** Anna raises her hand, mutes herself, pins Ben and writes; all of it must be there afterwards. */
async function makeState({ page }: Participant): Promise<void> {
  await page.keyboard.press('h');
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Pin Ben' }).click();
  await page.keyboard.press('c');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await page.keyboard.type('Still here?');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log')).toContainText('Still here?');
}

async function expectState(anna: Participant, ben: Participant): Promise<void> {
  const seen = tile(ben.page, 'Anna');
  await expect(seen.getByLabel('hand raised')).toBeVisible();
  await expect(seen.getByLabel('muted')).toBeVisible();
  await expect(anna.page.getByRole('button', { name: 'Unmute' })).toBeVisible();
  await expect(anna.page.getByRole('button', { name: 'Lower your hand' })).toBeVisible();
  await expect(anna.page.getByRole('button', { name: 'Unpin Ben' })).toBeVisible();
  await expect(anna.page.getByRole('log')).toContainText('Still here?');
}

/** The server is back: the banner goes, pictures flow again. */
async function expectBack(people: readonly Participant[]): Promise<void> {
  for (const person of people) {
    await expect(person.page.getByText('Reconnecting…').first()).toBeHidden();
    const shown = async () =>
      (await person.videoConsumers()).reduce((sum, video) => sum + video.framesPresented, 0);
    const before = await shown();
    await expect.poll(shown).toBeGreaterThan(before + 5);
  }
}

test('a lost connection is found again, and everything is as before', async ({
  server,
  openBrowser,
}) => {
  const browser = await openBrowser();
  const room = { url: server.url, room: 'lost', options };
  const ways: WebSocketRoute[] = [];
  const anna = await Participant.join(browser, {
    ...room,
    name: 'Anna',
    viewport: { width: 1280, height: 720 },
    prepare: async (context) => {
      await context.routeWebSocket(/\/signal\//, (way) => {
        way.connectToServer();
        ways.push(way);
      });
      await drawnPerson('Anna')(context);
    },
  });
  const ben = await Participant.join(browser, {
    ...room,
    name: 'Ben',
    prepare: drawnPerson('Ben'),
  });
  await anna.waitForPictures(1, 3);
  await ben.waitForPictures(1, 3);
  await makeState(anna);
  const connections = ways.length;
  await ways.at(-1)?.close();
  await expectNotice(anna.page, 'You are connected again');
  expect(ways.length).toBe(connections + 1);
  await expectBack([anna, ben]);
  await expectState(anna, ben);
});

test('a restarted server knows nobody, and still everything is as before', async ({
  openBrowser,
}) => {
  const server = await startServer();
  const { port } = new URL(server.url);
  const browser = await openBrowser();
  const room = { url: server.url, room: 'restart', options };
  const anna = await Participant.join(browser, {
    ...room,
    name: 'Anna',
    viewport: { width: 1280, height: 720 },
    prepare: drawnPerson('Anna'),
  });
  const ben = await Participant.join(browser, {
    ...room,
    name: 'Ben',
    prepare: drawnPerson('Ben'),
  });
  await anna.waitForPictures(1, 3);
  await ben.waitForPictures(1, 3);
  await makeState(anna);
  await server.close();
  await expect(anna.page.getByText('The connection was lost. Reconnecting…')).toBeVisible();
  await keepScreenshot(anna.page, 'call-reconnecting');
  const restarted = await startServer(['--port', port]);
  try {
    await expectBack([anna, ben]);
    await expectState(anna, ben);
  } finally {
    await restarted.close();
  }
});

test('a server that stays away ends the call after six attempts', async ({ openBrowser }) => {
  const server = await startServer();
  const browser = await openBrowser();
  const anna = await Participant.join(browser, {
    url: server.url,
    room: 'gone',
    name: 'Anna',
    options: { ...options, codec: 'vp8' },
    prepare: drawnPerson('Anna'),
  });
  let attempts = 0;
  anna.page.on('websocket', () => (attempts += 1));
  await server.close();
  await expect(anna.page.getByRole('heading', { name: 'The call ended' })).toBeVisible();
  await expect(anna.page.getByRole('alert')).toContainText('Join again.');
  expect(attempts).toBe(6);
});
