import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A path given on the command line, relative to where npm was called. */
export function fromCaller(given: string): string {
  return path.resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
}
