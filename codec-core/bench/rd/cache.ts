import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { Measurement } from './measure.js';

/** Raise when a metric or the way bytes are counted changes, so that old results are not mixed in. */
const MEASURE_VERSION = 1;

const Measurements = z.array(Measurement);

/** Where results of peers and the state of an interrupted run are kept. */
export const CACHE_FOLDER = path.join(
  process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'),
  'inncall',
  'bench',
);

/**
 * The measurements kept under `key`, or those of `measure`, which are then kept. The key has to
 * name everything the result depends on.
 */
export async function cached(
  key: readonly unknown[],
  measure: () => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const hash = createHash('sha256')
    .update(JSON.stringify([MEASURE_VERSION, key]))
    .digest('hex');
  const file = path.join(CACHE_FOLDER, `${hash.slice(0, 32)}.json`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const known = Measurements.safeParse(JSON.parse(text));
    if (known.success) return known.data;
  }
  const measured = await measure();
  await mkdir(CACHE_FOLDER, { recursive: true });
  await writeFile(`${file}.${process.pid}`, JSON.stringify(measured));
  await rename(`${file}.${process.pid}`, file);
  return measured;
}
