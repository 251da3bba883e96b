import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
    // The machines that run this are shared and slow; a hang still fails.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
