import { expect, type Page } from '@playwright/test';
import { test } from '../support/fixtures.js';
import { launchBrowser, Participant } from '../support/participant.js';
import { startServer, type TestServer } from '../support/server.js';

/** Opens the join page of a browser with more flags, after `prepare` ran in the page. */
async function joinPage(
  url: string,
  flags: readonly string[],
  prepare: () => void,
  check: (page: Page) => Promise<void>,
): Promise<void> {
  const browser = await launchBrowser(undefined, flags);
  try {
    const page = await (await browser.newContext()).newPage();
    await page.addInitScript(prepare);
    await page.goto(`${url}/?room=messages`);
    await check(page);
  } finally {
    await browser.close();
  }
}

/** Where the camera's picture would be; says why there is none. */
const preview = (page: Page) => page.getByRole('region', { name: 'Preview of your camera' });

async function clickJoin(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill('Anna');
  await page.getByRole('button', { name: 'Join the call' }).click();
}

test('no camera', async ({ server }) => {
  // Chromium reads the number of fake devices from the flag's value.
  const flags = ['--use-fake-device-for-media-stream=device-count=0'];
  await joinPage(
    server.url,
    flags,
    () => undefined,
    async (page) => {
      await expect(preview(page)).toContainText('No camera was found. Connect one');
    },
  );
});

test('permission refused', async ({ server }) => {
  await joinPage(
    server.url,
    ['--use-fake-ui-for-media-stream=deny'],
    () => undefined,
    async (page) => {
      await expect(preview(page)).toContainText('The browser does not allow the camera.');
    },
  );
});

test('device busy', async ({ server }) => {
  await joinPage(
    server.url,
    [],
    () => {
      // What Chromium answers while another program holds the device.
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException('Could not start video source', 'NotReadableError'));
    },
    async (page) => {
      await expect(preview(page)).toContainText('The camera is in use by another program.');
    },
  );
});

test('a browser without encoded frames sends VP8 and says why', async ({ server }) => {
  await joinPage(
    server.url,
    [],
    () => {
      Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
      Reflect.deleteProperty(RTCRtpSender.prototype, 'createEncodedStreams');
    },
    async (page) => {
      await expect(page.getByRole('status')).toContainText(
        'Video will be VP8: this browser gives no access to encoded frames.',
      );
    },
  );
});

test('a browser without WebRTC is told so', async ({ server }) => {
  await joinPage(
    server.url,
    [],
    () => {
      Reflect.deleteProperty(globalThis, 'RTCPeerConnection');
    },
    async (page) => {
      await clickJoin(page);
      await expect(page.getByRole('alert').filter({ hasText: 'browser' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Leave the call' })).toBeHidden();
    },
  );
});

test('a full room', async ({ openBrowser }) => {
  const small = await startServer(['--max-peers', '2']);
  try {
    const browser = await openBrowser();
    const room = { url: small.url, room: 'full' };
    await Participant.join(browser, { ...room, name: 'Anna' });
    await Participant.join(browser, { ...room, name: 'Ben' });
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${small.url}/?room=full`);
    await clickJoin(page);
    await expect(page.getByText('This room is full.')).toBeVisible();
  } finally {
    await small.close();
  }
});

test('the server is gone', async () => {
  const server: TestServer = await startServer();
  await joinPage(
    server.url,
    [],
    () => undefined,
    async (page) => {
      await expect(page.getByText('The neural codec is ready.')).toBeVisible();
      await server.close();
      await clickJoin(page);
      await expect(page.getByRole('alert').filter({ hasText: 'server' })).toBeVisible();
    },
  );
});
