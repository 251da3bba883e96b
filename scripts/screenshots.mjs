/** `npm run screenshots`: sets up what is missing, then makes the README's pictures anew. */
import { join } from 'node:path';
import { root } from './lib/root.mjs';
import { run, say, SetupError } from './lib/run.mjs';
import { ensureBuild, ensureChromium, ensureDependencies, ensureWorker } from './lib/setup.mjs';

try {
  ensureDependencies();
  const env = { MEDIASOUP_WORKER_BIN: ensureWorker(), INNCALL_CHROMIUM: ensureChromium() };
  ensureBuild();
  const made = run(
    process.execPath,
    [
      join(root, 'node_modules/@playwright/test/cli.js'),
      'test',
      '--config',
      join(root, 'e2e/screenshots/playwright.config.ts'),
    ],
    { cwd: join(root, 'e2e'), env },
  );
  process.exitCode = made ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
