import { expect, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { expectAccessible } from '../support/accessibility.js';
import { test } from '../support/fixtures.js';
import { keepScreenshot, overflowsSideways, SCREENS } from '../support/screens.js';

async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  return (await browser.newContext({ viewport: SCREENS.desktop, ...options })).newPage();
}

const check = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Self-check' }).locator(`[data-check="${name}"]`);

for (const [screen, viewport] of Object.entries(SCREENS)) {
  test(`join page on a ${screen}: preview, self-check, devices`, async ({
    server,
    openBrowser,
  }) => {
    const page = await openPage(await openBrowser(), { viewport });
    await page.goto(`${server.url}/?room=morning&width=320&height=180&fps=10`);

    await expect(page.getByRole('textbox', { name: 'Room' })).toHaveValue('morning');
    const preview = page.getByRole('region', { name: 'Preview of your camera' });
    await expect(preview.locator('video')).toHaveJSProperty('readyState', 4);

    // Every check ends with a verdict; the fake devices and the local server are fine.
    await expect(check(page, 'Camera')).toContainText('Works: 320×180, 10 fps.');
    await expect(check(page, 'Microphone')).toContainText('Works: it hears you.');
    await expect(check(page, 'Connection')).toContainText('Works: UDP and TCP');
    await expect(check(page, 'Encoder')).toContainText('ms a picture.');
    await expect(page.getByRole('heading', { level: 2 })).not.toContainText('Checking');

    const button = page.getByRole('button', { name: 'Devices and quality' });
    await button.click();
    for (const device of ['Camera', 'Microphone', 'Speaker']) {
      await expect(page.getByRole('combobox', { name: device })).not.toHaveValue('');
    }
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    expect(await overflowsSideways(page)).toBe(false);
    await expectAccessible(page, `join page on a ${screen}`);
    await keepScreenshot(page, `join-${screen}`);
  });
}

test('name, quality and colours are remembered', async ({ server, openBrowser }) => {
  const page = await openPage(await openBrowser());
  await page.goto(`${server.url}/?room=memory`);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Anna');
  await page.getByRole('button', { name: 'Devices and quality' }).click();
  await page.getByText('Data saver', { exact: true }).click();
  await expect(check(page, 'Camera')).toContainText('480×270, 20 fps');
  await page.getByRole('button', { name: 'Use dark colours' }).click();

  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Your name' })).toHaveValue('Anna');
  await expect(page.getByRole('button', { name: 'Use light colours' })).toBeVisible();
  await page.getByRole('button', { name: 'Devices and quality' }).click();
  await expect(page.getByRole('radio', { name: 'Data saver' })).toBeChecked();
});

test('another camera can be chosen', async ({ server, openBrowser }) => {
  const browser = await openBrowser(undefined, [
    '--use-fake-device-for-media-stream=device-count=2,fps=10',
  ]);
  const page = await openPage(browser);
  await page.goto(`${server.url}/?room=cameras&width=320&height=180&fps=10`);
  await page.getByRole('button', { name: 'Devices and quality' }).click();
  const camera = page.getByRole('combobox', { name: 'Camera' });
  await expect(camera).toHaveValue('fake_device_0');
  await camera.click();
  await page.getByRole('option', { name: 'fake_device_1' }).click();
  await expect(camera).toHaveValue('fake_device_1');
  await page.reload();
  await page.getByRole('button', { name: 'Devices and quality' }).click();
  await expect(page.getByRole('combobox', { name: 'Camera' })).toHaveValue('fake_device_1');
});

test('the self-check says what is wrong and what to do', async ({ server, openBrowser }) => {
  const browser = await openBrowser(undefined, [
    '--use-fake-device-for-media-stream=device-count=0',
  ]);
  const page = await openPage(browser);
  // A firewall that lets no media through: ICE never finds a way.
  await page.addInitScript(() => {
    const setRemoteDescription = Reflect.get(RTCPeerConnection.prototype, 'setRemoteDescription');
    Reflect.set(
      RTCPeerConnection.prototype,
      'setRemoteDescription',
      function (this: RTCPeerConnection, { type, sdp = '' }: RTCSessionDescriptionInit) {
        const closed = { type, sdp: sdp.replaceAll(/^a=candidate:.*\r\n/gm, '') };
        return Reflect.apply(setRemoteDescription, this, [closed]) as Promise<void>;
      },
    );
  });
  await page.goto(`${server.url}/?room=broken&codec=vp8`);
  await expect(check(page, 'Camera')).toContainText('No camera was found. Connect one');
  await expect(check(page, 'Encoder')).toContainText('VP8');
  await expect(check(page, 'Connection')).toContainText(
    'A firewall is in the way. Try another network',
  );
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(
    'Something needs your attention.',
  );
  await keepScreenshot(page, 'join-problems');
});

test('the codec is loaded on the join page, precompressed and cached for ever', async ({
  server,
  openBrowser,
}) => {
  const page = await openPage(await openBrowser());
  const answers: { readonly file: string; readonly headers: Record<string, string> }[] = [];
  page.on('response', (response) => {
    const file = new URL(response.url()).pathname;
    if (/\.(?:wasm|model)$/.test(file)) answers.push({ file, headers: response.headers() });
  });
  await page.goto(`${server.url}/?room=assets&width=320&height=180&fps=10`);
  await expect(page.getByText('The neural codec is ready.')).toBeVisible();
  const kinds = () => answers.map(({ file }) => file.replace(/.*\./, '')).sort();
  expect(kinds()).toEqual(['model', 'wasm']);
  for (const { headers } of answers) {
    expect(headers['content-encoding']).toBe('br');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  }
  await page.getByRole('textbox', { name: 'Your name' }).fill('Anna');
  await page.getByRole('button', { name: 'Join the call' }).click();
  await expect(page.getByRole('button', { name: 'Leave the call' })).toBeVisible();
  expect(kinds()).toEqual(['model', 'wasm']);
});
