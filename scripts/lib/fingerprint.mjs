/** Stamps: what was done with which sources, so that it is not done again. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './root.mjs';

const stampFolder = join(root, 'node_modules/.cache/inncall');

/** Folders that hold results or tools, never sources of the product. */
const SKIPPED = new Set(['node_modules', 'dist', 'artifacts', 'coverage', 'training', 'bench']);

/** A digest of the contents of files; paths are relative to the root, missing ones count too. */
export function contentFingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) {
    hash.update(path);
    try {
      hash.update(readFileSync(join(root, path)));
    } catch {
      hash.update('absent');
    }
  }
  return hash.digest('hex');
}

/** A digest of names, sizes and times of all sources below some folders or of files: no reading. */
export function sourceFingerprint(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) {
        if (!SKIPPED.has(name) && !name.startsWith('.')) visit(join(path, name));
      }
    } else {
      hash.update(`${path} ${stat?.size ?? -1} ${stat?.mtimeMs ?? 0}\n`);
    }
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

export function isStamped(name, fingerprint) {
  try {
    return readFileSync(join(stampFolder, name), 'utf8') === fingerprint;
  } catch {
    return false;
  }
}

export function stamp(name, fingerprint) {
  const path = join(stampFolder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, fingerprint);
}
