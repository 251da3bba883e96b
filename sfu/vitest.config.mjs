import { defineConfig } from 'vitest/config';
import { workerEnvironment } from '../scripts/lib/workerPath.mjs';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    env: workerEnvironment(),
    testTimeout: 60_000,
  },
});
