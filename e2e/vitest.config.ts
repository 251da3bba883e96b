import { defineConfig } from 'vitest/config';

/** What the browser tests and benchmarks are made of; the `*.spec.ts` run in Playwright. */
export default defineConfig({
  test: { include: ['**/*.test.ts'], testTimeout: 60_000 },
});
