/** Debian packages: installed where this process may, otherwise named. */
import { spawnSync } from 'node:child_process';
import { run, say, SetupError } from './run.mjs';

function installed(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout.startsWith('install ok installed');
}

/**
 * @param {string[]} packages
 * @param {string} purpose completes "… is needed for"
 * @throws SetupError naming what to install, where this process may not do it
 */
export function requirePackages(packages, purpose) {
  const missing = packages.filter((name) => !installed(name));
  if (missing.length === 0) return;
  const hint = `for ${purpose} install: apt-get install -y ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new SetupError(`${hint} (as root, Debian 12)`);
  }
  say(`installing for ${purpose}: ${missing.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  if (install()) return;
  run('apt-get', ['update', '-qq'], { env });
  if (!install()) throw new SetupError(`apt-get failed; ${hint}`);
}
