/**
 * `npm run check`: types, lint, formatting, unused code, import boundaries and bundle budgets; all
 * are run.
 */
import { join } from 'node:path';
import { withinBudgets } from './lib/bundleBudget.mjs';
import { root } from './lib/root.mjs';
import { run, say, SetupError } from './lib/run.mjs';
import { ensureBuild, ensureDependencies, turbo } from './lib/setup.mjs';

const tool = (name, ...args) => run(process.execPath, [join(root, 'node_modules', name), ...args]);

const steps = {
  types: () => turbo('typecheck'),
  lint: () =>
    tool(
      'eslint/bin/eslint.js',
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint/',
    ),
  format: () => tool('prettier/bin/prettier.cjs', '--check', '.', '--log-level=warn'),
  'unused code': () => tool('knip/bin/knip.js', '--no-progress'),
  'bundle budgets': withinBudgets,
  'import boundaries': () =>
    tool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'err',
      'codec-core/src',
      'sfu/src',
      'client/src',
    ),
};

try {
  ensureDependencies();
  ensureBuild();
  const failed = Object.entries(steps)
    .filter(([name, step]) => {
      say(`check: ${name}`);
      return !step();
    })
    .map(([name]) => name);
  say(failed.length === 0 ? 'check: all fine' : `check: failed in ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
