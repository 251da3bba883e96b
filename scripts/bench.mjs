/**
 * `node scripts/bench.mjs FILE [options]`: a benchmark that needs server and browser. Sets up what is
 * missing and runs the TypeScript file.
 */
import { join } from 'node:path';
import { root } from './lib/root.mjs';
import { runForeground, say, SetupError } from './lib/run.mjs';
import { ensureBuild, ensureChromium, ensureDependencies, ensureWorker } from './lib/setup.mjs';

try {
  ensureDependencies();
  const env = { MEDIASOUP_WORKER_BIN: ensureWorker(), INNCALL_CHROMIUM: ensureChromium() };
  ensureBuild();
  process.exitCode = await runForeground(
    process.execPath,
    [join(root, 'node_modules/tsx/dist/cli.mjs'), ...process.argv.slice(2)],
    { env },
  );
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
