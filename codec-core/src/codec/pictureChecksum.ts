import type { Kernels } from '../kernels/kernels.js';
import type { Workspace } from './workspace.js';

const SEED = 0x1cca11;

/** Unsigned 32-bit checksum of the decoded picture, its padding to whole blocks included. */
export function pictureChecksum(kernels: Kernels, work: Workspace): number {
  return kernels.run.checksum(work.decoded.y, work.decoded.bytes, SEED) >>> 0;
}
