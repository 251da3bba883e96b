import { defineConfig } from '@playwright/test';

/** The machines that run this are shared and slow: generous limits, one browser test at a time. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../artifacts/e2e',
  timeout: 360_000,
  expect: { timeout: 45_000 },
  fullyParallel: false,
  workers: 1,
  // One spoilt by other work on the machine is repeated; one that is broken fails three times.
  retries: 2,
  reporter: 'list',
});
