import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { table, writeSection } from './document.js';

let docs = '';
beforeEach(async () => {
  docs = await mkdtemp(path.join(tmpdir(), 'inncall-docs-'));
});
afterEach(() => rm(docs, { recursive: true }));

const read = () => readFile(path.join(docs, 'BENCHMARKS.md'), 'utf8');

it('replaces its own section and leaves the others', async () => {
  await writeSection(docs, 'a', 'first a');
  await writeSection(docs, 'b', 'only b');
  await writeFile(path.join(docs, 'BENCHMARKS.md'), `${await read()}\nby hand\n`);
  await writeSection(docs, 'a', 'second a');
  const text = await read();
  expect(text).toMatch(/^# Benchmarks\n/);
  expect(text).toMatch(/<!-- a: begin -->\n\nsecond a\n\n<!-- a: end -->/);
  expect(text).not.toContain('first a');
  expect(text).toMatch(/only b[^]*by hand\n$/);
});

it('writes tables of markdown', () => {
  expect(table(['x', 'y'], [['a', '1']])).toBe('| x | y |\n| --- | ---: |\n| a | 1 |');
});
