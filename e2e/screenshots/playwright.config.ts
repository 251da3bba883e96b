import { defineConfig } from '@playwright/test';

/** `npm run screenshots`: the README's pictures, apart from the tests. */
export default defineConfig({
  testDir: '.',
  testMatch: 'readme.shots.ts',
  outputDir: '../../artifacts/screenshots-run',
  timeout: 600_000,
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: 'list',
});
