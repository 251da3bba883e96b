/**
 * `npm test`: sets up what is missing, then checks, unit tests and browser tests. The last line on
 * standard output is `N passed, N failed, N skipped`. Reports go to `artifacts/test/`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/root.mjs';
import { run, say, SetupError } from './lib/run.mjs';
import { ensureBuild, ensureChromium, ensureDependencies, ensureWorker } from './lib/setup.mjs';

const UNIT_PACKAGES = ['codec-core', 'sfu', 'client', 'e2e'];
const reports = join(root, 'artifacts/test');
const none = { passed: 0, failed: 0, skipped: 0 };

/** Counts of a JSON report, or one failure where the runner wrote none. */
function readReport(path, succeeded, count) {
  if (!existsSync(path)) return { ...none, failed: 1 };
  const counts = count(JSON.parse(readFileSync(path, 'utf8')));
  // A file that fails to load, or a failing set-up, has no failed test of its own.
  return succeeded || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function unitTests(name, env) {
  say(`unit tests of ${name}`);
  const path = join(reports, `${name}.json`);
  const succeeded = run(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${path}`,
    ],
    { cwd: join(root, name), env },
  );
  return readReport(path, succeeded, (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }));
}

function browserTests(env) {
  say('browser tests');
  const path = join(reports, 'browser.json');
  const succeeded = run(
    process.execPath,
    [
      join(root, 'node_modules/@playwright/test/cli.js'),
      'test',
      '--workers=1',
      '--reporter=list,json',
    ],
    { cwd: join(root, 'e2e'), env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: path } },
  );
  return readReport(path, succeeded, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

function runAll() {
  ensureDependencies();
  const env = { MEDIASOUP_WORKER_BIN: ensureWorker(), INNCALL_CHROMIUM: ensureChromium() };
  ensureBuild();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const checked = run(process.execPath, [join(root, 'scripts/check.mjs')]);
  const results = [...UNIT_PACKAGES.map((name) => unitTests(name, env)), browserTests(env)];
  if (!checked) say('the check failed, see above');
  return { checked, results };
}

let outcome = { checked: false, results: [{ ...none, failed: 1 }] };
try {
  outcome = runAll();
} catch (error) {
  say(error instanceof SetupError ? error.message : String(error?.stack ?? error));
}
const sum = (key) => outcome.results.reduce((total, counts) => total + counts[key], 0);
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
process.exitCode = outcome.checked && failed === 0 && passed > 0 ? 0 : 1;
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
