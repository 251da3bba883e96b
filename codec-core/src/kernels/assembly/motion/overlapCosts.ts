import { IMPOSSIBLE, currentStride, errorWeight, pixelOf } from './blockCosts';
import { differenceBits } from './distortion';
import { loadVector, vectorX, vectorY } from './geometry';
import { LUMA_FADE } from './overlap';
import { isReachable, movedBlock, phaseStride } from './phases';
import { SUPERBLOCK } from './syntax';

/*
 * Residual bits of 8×8 blocks of a grid as they are predicted in the end: overlapped with what the vectors
 * of the four neighbours predict. Remembered for the blocks of a superblock and those around it.
 */

/** Blocks along the side of what is remembered. */
const SIDE: i32 = SUPERBLOCK + 2;
/** Neighbourhoods of vectors remembered per block; each is a u64 that stands for them, f32 bits. */
const ENTRIES: i32 = 16;
const ENTRY_BYTES: i32 = 16;
const MEMO_BYTES: i32 = SIDE * SIDE * ENTRIES * ENTRY_BYTES;
const MEMO = memory.data(MEMO_BYTES, 16);
/** f32 by block: what squared errors weigh. */
const WEIGHTS = memory.data(SIDE * SIDE * 4, 4);
/** Differences of the block at hand, eight rows of eight i16. */
const DIFFERENCES = memory.data(8 * 16, 16);

let grid: usize = 0;
let columns: i32 = 0;
let rows: i32 = 0;
let originX: i32 = 0;
let originY: i32 = 0;

/** Bits of the blocks around the area asked for last by `overlappedBits`. */
export let surroundingBits: f32 = 0;

/** Sets the grid that costs are asked of, and its size in blocks; its picture is that of `openBlockCosts`. */
export function openOverlapCosts(motion: usize, gridColumns: i32, gridRows: i32): void {
  grid = motion;
  columns = gridColumns;
  rows = gridRows;
}

@inline
function placeOf(bx: i32, by: i32): usize {
  return <usize>((by - originY) * SIDE + bx - originX);
}

/** Starts on the superblock at block (`bx`, `by`). */
export function openSurroundings(bx: i32, by: i32): void {
  originX = bx - 1;
  originY = by - 1;
  memory.fill(MEMO, 0, MEMO_BYTES);
  for (let y = max(originY, 0); y < min(originY + SIDE, rows); y++) {
    for (let x = max(originX, 0); x < min(originX + SIDE, columns); x++) {
      store<f32>(WEIGHTS + (placeOf(x, y) << 2), errorWeight(x, y));
    }
  }
}

/** A number for five vectors, never zero; that two neighbourhoods share one is unlikely enough. */
@inline
function keyOf(own: u32, above: u32, below: u32, left: u32, right: u32): u64 {
  let key = (<u64>own | (<u64>above << 32)) * 0x9e3779b97f4a7c15;
  key = (key ^ (key >> 29) ^ (<u64>left | (<u64>right << 32))) * 0xbf58476d1ce4e5b9;
  key = (key ^ (key >> 32) ^ <u64>below) * 0x94d049bb133111eb;
  return (key ^ (key >> 31)) | 1;
}

/** First pixel that the vector of a neighbour predicts for a block, or `own` where it cannot. */
@inline
function otherPixels(bx: i32, by: i32, vector: u32, own: usize): usize {
  const x = vectorX(vector);
  const y = vectorY(vector);
  return isReachable(bx << 3, by << 3, x, y) ? movedBlock(bx << 3, by << 3, x, y, 8) : own;
}

/** Eight pixels, as i16, faded into others. */
@inline
function faded(own: v128, other: usize, weights: v128): v128 {
  const change = i16x8.mul(i16x8.sub(v128.load8x8_u(other), own), weights);
  return i16x8.add(own, i16x8.shr_s(i16x8.add(change, i16x8.splat(32)), 6));
}

/** Sets `DIFFERENCES`; pixels of the picture, and predictions by the vectors of the block and its neighbours. */
function overlap(
  pixels: usize,
  own: usize,
  above: usize,
  below: usize,
  left: usize,
  right: usize,
): void {
  const toLeft = v128.load(LUMA_FADE);
  const toRight = v128.load(LUMA_FADE, 16);
  for (let row = 0; row < 8; row++) {
    const upper = row < 4;
    const vertical = v128.load16_splat(LUMA_FADE + ((<usize>(upper ? row : row + 8)) << 1));
    let p = faded(v128.load8x8_u(own), upper ? above : below, vertical);
    p = faded(faded(p, left, toLeft), right, toRight);
    v128.store(DIFFERENCES + ((<usize>row) << 4), i16x8.sub(v128.load8x8_u(pixels), p));
    pixels += currentStride;
    own += phaseStride;
    above += phaseStride;
    below += phaseStride;
    left += phaseStride;
    right += phaseStride;
  }
}

@inline
function differences(row: i32): v128 {
  return v128.load(DIFFERENCES + ((<usize>row) << 4));
}

/** Expected bits of the residual of one block of the grid as it stands; none outside of the picture. */
function overlappedCost(bx: i32, by: i32): f32 {
  if (bx < 0 || by < 0 || bx >= columns || by >= rows) return 0;
  const own = loadVector(grid, columns, bx, by);
  const above = by > 0 ? loadVector(grid, columns, bx, by - 1) : own;
  const below = by + 1 < rows ? loadVector(grid, columns, bx, by + 1) : own;
  const left = bx > 0 ? loadVector(grid, columns, bx - 1, by) : own;
  const right = bx + 1 < columns ? loadVector(grid, columns, bx + 1, by) : own;
  const key = keyOf(own, above, below, left, right);
  const place = placeOf(bx, by);
  const entry = place * ENTRIES + <usize>((key >> 1) & (ENTRIES - 1));
  const slot = MEMO + entry * ENTRY_BYTES;
  if (load<u64>(slot) == key) return load<f32>(slot, 8);
  const x = vectorX(own);
  const y = vectorY(own);
  if (!isReachable(bx << 3, by << 3, x, y)) return IMPOSSIBLE;
  const predicted = movedBlock(bx << 3, by << 3, x, y, 8);
  overlap(
    pixelOf(bx, by),
    predicted,
    above == own ? predicted : otherPixels(bx, by, above, predicted),
    below == own ? predicted : otherPixels(bx, by, below, predicted),
    left == own ? predicted : otherPixels(bx, by, left, predicted),
    right == own ? predicted : otherPixels(bx, by, right, predicted),
  );
  const bits = differenceBits(
    differences(0),
    differences(1),
    differences(2),
    differences(3),
    differences(4),
    differences(5),
    differences(6),
    differences(7),
    load<f32>(WEIGHTS + (place << 2)),
  );
  store<u64>(slot, key);
  store<f32>(slot, bits, 8);
  return bits;
}

/** A change of vectors takes so much, at least, of what the blocks around cost. */
const LEAST_SURROUNDINGS: f32 = 0.9;

/**
 * Sum over `width`×`height` blocks and those that share an edge with them, whose prediction depends on them;
 * the part of these is left in `surroundingBits`. Gives up with `IMPOSSIBLE` once it is, or by `usual`, what
 * the surroundings cost otherwise, will be above `limit`.
 */
export function overlappedBits(
  bx: i32,
  by: i32,
  width: i32,
  height: i32,
  limit: f32,
  usual: f32,
): f32 {
  const right = bx + width;
  const bottom = by + height;
  const limitInside = limit - LEAST_SURROUNDINGS * usual;
  let inside: f32 = 0;
  for (let y = by; y < bottom; y++) {
    for (let x = bx; x < right; x++) inside += overlappedCost(x, y);
    if (inside > limitInside) return IMPOSSIBLE;
  }
  let around: f32 = 0;
  for (let y = by; y < bottom; y++) around += overlappedCost(bx - 1, y) + overlappedCost(right, y);
  for (let x = bx; x < right; x++) around += overlappedCost(x, by - 1) + overlappedCost(x, bottom);
  surroundingBits = around;
  return inside + around;
}
