import { residualBits } from './distortion';
import { vectorX, vectorY } from './geometry';
import { isReachable, movedBlock, phaseStride } from './phases';
import { NO_VECTOR } from './syntax';

/*
 * Residual bits of 8×8 blocks under a vector, remembered: the search and the decision ask for the
 * same vectors again and again.
 */

/** Vectors remembered per block, at places given by their low bits. */
const ENTRIES: i32 = 16;
/** Bytes per block: entries of vector and bits. */
const BLOCK_BYTES: i32 = ENTRIES * 8;

/** Cost of what cannot be. */
export const IMPOSSIBLE: f32 = 1e30;

let current: usize = 0;
let currentStride: usize = 0;
let columns: i32 = 0;
let memo: usize = 0;

/** Bytes of scratch for `blocks` blocks. */
export function blockCostBytes(blocks: i32): usize {
  return <usize>blocks * BLOCK_BYTES;
}

/** Starts on a new picture, `gridColumns`×`gridRows` blocks. */
export function openBlockCosts(
  cur: usize,
  curStride: i32,
  gridColumns: i32,
  gridRows: i32,
  scratch: usize,
): void {
  current = cur;
  currentStride = curStride;
  columns = gridColumns;
  memo = scratch;
  const end = scratch + blockCostBytes(gridColumns * gridRows);
  const none = i32x4.splat(NO_VECTOR);
  for (let entries = scratch; entries < end; entries += 16) v128.store(entries, none);
}

/** Expected bits of the residual of one block under a vector. */
export function blockCost(bx: i32, by: i32, vector: u32): f32 {
  const x = vectorX(vector);
  const y = vectorY(vector);
  const slot =
    memo + <usize>(by * columns + bx) * BLOCK_BYTES + ((<usize>((x + 4 * y) & (ENTRIES - 1))) << 3);
  if (load<u32>(slot) == vector) return load<f32>(slot, 4);
  const px = bx << 3;
  const py = by << 3;
  if (!isReachable(px, py, x, y)) return IMPOSSIBLE;
  const bits = residualBits(
    current + <usize>py * currentStride + px,
    currentStride,
    movedBlock(px, py, x, y, 8),
    phaseStride,
  );
  store<u32>(slot, vector);
  store<f32>(slot, bits, 4);
  return bits;
}

/** Sum over `width`×`height` blocks; gives up with `IMPOSSIBLE` once above `limit`. */
export function areaCost(bx: i32, by: i32, width: i32, height: i32, vector: u32, limit: f32): f32 {
  let bits: f32 = 0;
  for (let y = by; y < by + height; y++) {
    for (let x = bx; x < bx + width; x++) bits += blockCost(x, y, vector);
    if (bits > limit) return IMPOSSIBLE;
  }
  return bits;
}
