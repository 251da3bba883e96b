/** Where the mediasoup worker of each version is kept, outside of the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

/** `$XDG_CACHE_HOME/inncall` or `~/.cache/inncall`. */
const cacheFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'inncall');

/** The pinned version of mediasoup, from sfu/package.json. */
export function mediasoupVersion() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'sfu/package.json'), 'utf8'));
  return dependencies.mediasoup;
}

/** Path of the worker binary of the pinned version; it may not be there yet. */
export function workerPath() {
  return join(cacheFolder, `mediasoup-worker-${mediasoupVersion()}`, 'mediasoup-worker');
}

/** The environment with `MEDIASOUP_WORKER_BIN` set to the worker, where there is one. */
export function workerEnvironment() {
  const bin = process.env.MEDIASOUP_WORKER_BIN ?? workerPath();
  return existsSync(bin) ? { MEDIASOUP_WORKER_BIN: bin } : {};
}
