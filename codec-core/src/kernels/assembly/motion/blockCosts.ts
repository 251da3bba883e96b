import { blockPrice } from '../quant/perception';
import { residualBits } from './distortion';
import { vectorX, vectorY } from './geometry';
import { isReachable, movedBlock, phaseStride } from './phases';
import { NO_VECTOR, SUPERBLOCK } from './syntax';

/*
 * Residual bits of 8×8 blocks under a vector, remembered: the search and the decision of a
 * superblock ask for the same vectors again and again.
 */

/** Vectors remembered per block, at places given by the low bits of their components. */
const ENTRIES: i32 = 64;
const COMPONENT_BITS: i32 = 3;
const COMPONENT_MASK: i32 = (1 << COMPONENT_BITS) - 1;
/** Bytes per block: entries of vector and bits. */
const BLOCK_BYTES: i32 = ENTRIES * 8;
const MEMO_BYTES: i32 = SUPERBLOCK * SUPERBLOCK * BLOCK_BYTES;
const MEMO = memory.data(MEMO_BYTES, 16);

/** f32 by block of the superblock: what squared errors weigh. */
const WEIGHTS = memory.data(SUPERBLOCK * SUPERBLOCK * 4, 4);

/** Cost of what cannot be. */
export const IMPOSSIBLE: f32 = 1e30;

let current: usize = 0;
/** Bytes from row to row of the present picture. */
export let currentStride: usize = 0;

/** Starts on a new picture. */
export function openBlockCosts(cur: usize, curStride: i32): void {
  current = cur;
  currentStride = curStride;
}

@inline
function blockInside(bx: i32, by: i32): i32 {
  return (by & (SUPERBLOCK - 1)) * SUPERBLOCK + (bx & (SUPERBLOCK - 1));
}

/** First pixel of a block of the present picture. */
@inline
export function pixelOf(bx: i32, by: i32): usize {
  return current + <usize>(by << 3) * currentStride + (bx << 3);
}

/** What squared errors weigh in a block. */
@inline
export function errorWeight(bx: i32, by: i32): f32 {
  return <f32>1.0 / blockPrice(pixelOf(bx, by), currentStride);
}

/** Starts on the superblock from block (`bx`, `by`) to (`right`, `bottom`), which lies outside. */
export function openSuperblock(bx: i32, by: i32, right: i32, bottom: i32): void {
  const none = i32x4.splat(NO_VECTOR);
  for (let at = 0; at < MEMO_BYTES; at += 16) v128.store(MEMO + at, none);
  for (let y = by; y < bottom; y++) {
    for (let x = bx; x < right; x++) {
      store<f32>(WEIGHTS + ((<usize>blockInside(x, y)) << 2), errorWeight(x, y));
    }
  }
}

/** Expected bits of the residual of one block under a vector. */
export function blockCost(bx: i32, by: i32, vector: u32): f32 {
  const x = vectorX(vector);
  const y = vectorY(vector);
  const block = blockInside(bx, by);
  const entry = (x & COMPONENT_MASK) | ((y & COMPONENT_MASK) << COMPONENT_BITS);
  const slot = MEMO + ((<usize>(block * ENTRIES + entry)) << 3);
  if (load<u32>(slot) == vector) return load<f32>(slot, 4);
  const px = bx << 3;
  const py = by << 3;
  if (!isReachable(px, py, x, y)) return IMPOSSIBLE;
  const bits = residualBits(
    pixelOf(bx, by),
    currentStride,
    movedBlock(px, py, x, y, 8),
    phaseStride,
    load<f32>(WEIGHTS + ((<usize>block) << 2)),
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
