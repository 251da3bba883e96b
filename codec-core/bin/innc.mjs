#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/innc.js', import.meta.url);
if (!existsSync(program)) {
  console.error('innc: codec-core is not built; run npm run build in the repository root');
  process.exit(2);
}
await import(program.href);
