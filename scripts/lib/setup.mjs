/** What a bare clone needs before anything runs; every step is skipped when it is already done. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { requirePackages } from './apt.mjs';
import { contentFingerprint, isStamped, sourceFingerprint, stamp } from './fingerprint.mjs';
import { root } from './root.mjs';
import { run, say, SetupError } from './run.mjs';
import { mediasoupVersion, workerPath } from './workerPath.mjs';

const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Time for the download of a prebuilt worker. */
const PREBUILT_LIMIT_MS = 45_000;

const BUILD_PACKAGES = [
  ...['g++', 'meson', 'ninja-build', 'pkg-config', 'flatbuffers-compiler', 'libflatbuffers-dev'],
  ...['libabsl-dev', 'libssl-dev', 'libuv1-dev', 'libusrsctp-dev', 'libsrtp2-dev'],
];

/** The npm packages of the lock file. */
export function ensureDependencies() {
  const manifests = ['.', ...workspaces].map((folder) => join(folder, 'package.json'));
  const fingerprint = contentFingerprint(['package-lock.json', ...manifests]);
  const present = existsSync(join(root, 'node_modules/.package-lock.json'));
  if (present && isStamped('dependencies', fingerprint)) return;
  say('installing npm packages');
  // Scripts of packages only download binaries; the one that is needed comes by ensureWorker.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!run('npm', [present ? 'install' : 'ci', ...flags])) {
    throw new SetupError(
      'npm could not install the packages, see above; is the registry reachable?',
    );
  }
  stamp('dependencies', contentFingerprint(['package-lock.json', ...manifests]));
}

/**
 * The mediasoup worker of the pinned version, in the user's cache folder.
 * @returns {string} its path
 */
export function ensureWorker() {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  const path = given ?? workerPath();
  const stampName = `worker-${mediasoupVersion()}`;
  if (existsSync(path) && (isStamped(stampName, path) || runs(path))) {
    stamp(stampName, path);
    return path;
  }
  if (given !== undefined) {
    throw new SetupError(`MEDIASOUP_WORKER_BIN is "${given}", which is no worker that runs here`);
  }
  rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  if (!downloadWorker(path)) buildWorker(path);
  stamp(stampName, path);
  return path;
}

/** A worker that is started without its environment ends with this code, if it runs at all. */
function runs(path) {
  return spawnSync(path, { env: {}, timeout: 10_000 }).status === 41;
}

function downloadWorker(path) {
  say('fetching the mediasoup worker');
  const folder = join(root, 'node_modules/mediasoup');
  // The postinstall of mediasoup would build where it cannot download; without Python it stops.
  run(process.execPath, ['npm-scripts.mjs', 'postinstall'], {
    cwd: folder,
    env: { PYTHON: 'false', MEDIASOUP_FORCE_WORKER_PREBUILT_DOWNLOAD: '1' },
    timeoutMs: PREBUILT_LIMIT_MS,
    quiet: true,
  });
  const fetched = join(folder, 'worker/out/Release/mediasoup-worker');
  if (!existsSync(fetched) || !runs(fetched)) return false;
  copyFileSync(fetched, `${path}.part`);
  chmodSync(`${path}.part`, 0o755);
  renameSync(`${path}.part`, path);
  return true;
}

function buildWorker(path) {
  requirePackages(BUILD_PACKAGES, 'building the mediasoup worker');
  say(
    'no prebuilt mediasoup worker can be fetched, building it: about 6 minutes, once per version',
  );
  const script = join(root, 'scripts/build-mediasoup-worker.sh');
  if (!run('bash', [script, join(root, 'node_modules/mediasoup'), path]) || !runs(path)) {
    throw new SetupError('the mediasoup worker could not be built, see above');
  }
}

/** All packages, through turbo, when their sources changed. */
export function ensureBuild() {
  const fingerprint = sourceFingerprint([
    ...['codec-core', 'sfu', 'client'],
    'package-lock.json',
    'tsconfig.base.json',
    'turbo.json',
  ]);
  const built = ['sfu/dist/main.js', 'client/dist/index.html'].every((path) =>
    existsSync(join(root, path)),
  );
  if (built && isStamped('build', fingerprint)) return;
  say('building');
  if (!turbo('build')) throw new SetupError('the build failed, see above');
  stamp('build', fingerprint);
}

/** Runs a task of all packages; turbo skips what it has done with the same sources. */
export function turbo(task) {
  return run(process.execPath, [join(root, 'node_modules/turbo/bin/turbo'), 'run', task], {
    env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
}

/**
 * A Chromium for the browser tests.
 * @returns {string} its path
 */
export function ensureChromium() {
  const given = process.env.INNCALL_CHROMIUM;
  const candidates =
    given === undefined ? ['/usr/bin/chromium', '/usr/bin/chromium-browser'] : [given];
  const find = () => candidates.find((path) => existsSync(path));
  if (find() === undefined && given === undefined) {
    requirePackages(['chromium'], 'the browser tests');
  }
  const found = find();
  if (found === undefined) {
    throw new SetupError(`no Chromium at ${candidates.join(' or ')}: set INNCALL_CHROMIUM to one`);
  }
  return found;
}
