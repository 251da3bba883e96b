import { test as base, type Browser } from '@playwright/test';
import { launchBrowser } from './participant.js';
import { startServer, type TestServer } from './server.js';

interface WorkerFixtures {
  /** The real server, one for all tests of a worker. */
  readonly server: TestServer;
}

interface TestFixtures {
  /** Starts a browser whose camera plays the y4m file, or a test card; closed after the test. */
  readonly openBrowser: (clip?: string, flags?: readonly string[]) => Promise<Browser>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.close();
    },
    { scope: 'worker' },
  ],
  openBrowser: async ({}, use) => {
    const browsers: Browser[] = [];
    await use(async (clip, flags) => {
      const browser = await launchBrowser(clip, flags);
      browsers.push(browser);
      return browser;
    });
    for (const browser of browsers) await browser.close();
  },
});
