/** Budgets of what a browser loads; a change that grows the bundle raises the number beside it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { say } from './run.mjs';

/** kB of all files of a kind, as the browser receives them (brotli where there is a .br). */
const BUDGETS = [
  { what: 'app (scripts)', pattern: /^index-.*\.js$/, kB: 300 },
  { what: 'app (styles)', pattern: /\.css$/, kB: 45 },
  { what: 'codec workers', pattern: /^inn.*\.worker-.*\.js$/, kB: 140 },
  { what: 'time code worker (test mode)', pattern: /^timeCode\.worker-.*\.js$/, kB: 30 },
  { what: 'kernels', pattern: /^kernels-.*\.wasm$/, kB: 40 },
  { what: 'models', pattern: /\.(model|onnx)$/, kB: 2000 },
];

/** @returns {boolean} whether everything is within its budget and everything exists */
export function withinBudgets() {
  const folder = join(root, 'client/dist/assets');
  const names = readdirSync(folder);
  const size = (name) => {
    const path = join(folder, name);
    return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size / 1000;
  };
  const results = BUDGETS.map(({ what, pattern, kB }) => {
    const matching = names.filter((name) => pattern.test(name));
    const used = matching.reduce((sum, name) => sum + size(name), 0);
    const fits = matching.length > 0 && used <= kB;
    say(`  ${fits ? 'ok' : 'NOT ok'}: ${what} ${used.toFixed(0)} of ${kB} kB`);
    return fits;
  });
  return results.every(Boolean);
}
