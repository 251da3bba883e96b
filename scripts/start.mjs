/** `npm start`: sets up what is missing and runs the server. Options: `npm start -- --help`. */
import { join } from 'node:path';
import { root } from './lib/root.mjs';
import { runForeground, say, SetupError } from './lib/run.mjs';
import { ensureBuild, ensureDependencies, ensureWorker } from './lib/setup.mjs';

const EXIT_REFUSED = 2;
const args = process.argv.slice(2);
const wantsHelp = args.includes('--help') || args.includes('-h');

try {
  ensureDependencies();
  const env = wantsHelp ? {} : { MEDIASOUP_WORKER_BIN: ensureWorker() };
  ensureBuild();
  process.exitCode = await runForeground(
    process.execPath,
    [join(root, 'sfu/dist/main.js'), ...args],
    { env },
  );
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = EXIT_REFUSED;
}
