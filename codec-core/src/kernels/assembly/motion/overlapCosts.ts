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

let grid: usize = 0;
let columns: i32 = 0;
let rows: i32 = 0;
let originX: i32 = 0;
let originY: i32 = 0;

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
function faded(own: v128, other: v128, weights: v128): v128 {
  const change = i16x8.mul(i16x8.sub(other, own), weights);
  return i16x8.add(own, i16x8.shr_s(i16x8.add(change, i16x8.splat(32)), 6));
}

/** Four pixels of the neighbour on the left, four of that on the right: no pixel fades into both. */
@inline
function besides(left: usize, right: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load32_lane(right + 4, v128.load32_zero(left), 1));
}

/** Differences of eight pixels to their prediction, of which `predicted` is what the block's own vector gives. */
@inline
function rowDifference(pixels: usize, predicted: v128, left: usize, right: usize): v128 {
  const bothWays = v128.or(v128.load(LUMA_FADE), v128.load(LUMA_FADE, 16));
  const p = faded(predicted, besides(left, right), bothWays);
  return i16x8.sub(v128.load8x8_u(pixels), p);
}

/** Eight pixels of row `row`, faded into those of the neighbour above or below; `LUMA_FADE` tells how much. */
@inline
function edgeRow(own: usize, other: usize, row: i32): v128 {
  const fade = LUMA_FADE + ((<usize>(row < 4 ? row : row + 8)) << 1);
  return faded(v128.load8x8_u(own), v128.load8x8_u(other), v128.load16_splat(fade));
}

/** Expected bits of a residual; pixels of the picture, and predictions by the vectors of the block and its neighbours. */
function overlappedResidualBits(
  pixels: usize,
  own: usize,
  above: usize,
  below: usize,
  left: usize,
  right: usize,
  weight: f32,
): f32 {
  const c = currentStride;
  const s = <usize>phaseStride;
  return differenceBits(
    rowDifference(pixels, edgeRow(own, above, 0), left, right),
    rowDifference(pixels + c, edgeRow(own + s, above + s, 1), left + s, right + s),
    rowDifference(pixels + 2 * c, edgeRow(own + 2 * s, above + 2 * s, 2), left + 2 * s, right + 2 * s),
    rowDifference(pixels + 3 * c, v128.load8x8_u(own + 3 * s), left + 3 * s, right + 3 * s),
    rowDifference(pixels + 4 * c, v128.load8x8_u(own + 4 * s), left + 4 * s, right + 4 * s),
    rowDifference(pixels + 5 * c, edgeRow(own + 5 * s, below + 5 * s, 5), left + 5 * s, right + 5 * s),
    rowDifference(pixels + 6 * c, edgeRow(own + 6 * s, below + 6 * s, 6), left + 6 * s, right + 6 * s),
    rowDifference(pixels + 7 * c, edgeRow(own + 7 * s, below + 7 * s, 7), left + 7 * s, right + 7 * s),
    weight,
  );
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
  const bits = overlappedResidualBits(
    pixelOf(bx, by),
    predicted,
    above == own ? predicted : otherPixels(bx, by, above, predicted),
    below == own ? predicted : otherPixels(bx, by, below, predicted),
    left == own ? predicted : otherPixels(bx, by, left, predicted),
    right == own ? predicted : otherPixels(bx, by, right, predicted),
    load<f32>(WEIGHTS + (place << 2)),
  );
  store<u64>(slot, key);
  store<f32>(slot, bits, 8);
  return bits;
}

/** A change of vectors leaves so much, at least, of what the blocks around cost. */
const LEAST_SURROUNDINGS: f32 = 0.8;

/** Bits of the blocks along the sides of the area asked for last. */
let leftBits: f32 = 0;
let rightBits: f32 = 0;
let upperBits: f32 = 0;
let lowerBits: f32 = 0;

/** What they will take at least under any other vector of the area. */
let leastLeft: f32 = 0;
let leastRight: f32 = 0;
let leastUpper: f32 = 0;
let leastLower: f32 = 0;

/** Turns to another area: nothing is known of the blocks around it. */
export function forgetSurroundings(): void {
  leastLeft = 0;
  leastRight = 0;
  leastUpper = 0;
  leastLower = 0;
}

/** The blocks around the area will take about as much as they took when asked for last. */
export function expectSurroundings(): void {
  leastLeft = LEAST_SURROUNDINGS * leftBits;
  leastRight = LEAST_SURROUNDINGS * rightBits;
  leastUpper = LEAST_SURROUNDINGS * upperBits;
  leastLower = LEAST_SURROUNDINGS * lowerBits;
}

/** Sum over a column of blocks. */
@inline
function columnBits(x: i32, y: i32, height: i32): f32 {
  let bits: f32 = 0;
  for (let end = y + height; y < end; y++) bits += overlappedCost(x, y);
  return bits;
}

/** Sum over a row of blocks. */
@inline
function rowBits(x: i32, y: i32, width: i32): f32 {
  let bits: f32 = 0;
  for (let end = x + width; x < end; x++) bits += overlappedCost(x, y);
  return bits;
}

/**
 * Sum over `width`×`height` blocks and those that share an edge with them, whose prediction depends on them.
 * Gives up with `IMPOSSIBLE` once it is, or by what is expected of the surroundings will be, above `limit`.
 */
export function overlappedBits(bx: i32, by: i32, width: i32, height: i32, limit: f32): f32 {
  let room = limit - leastLeft - leastRight - leastUpper - leastLower;
  let bits: f32 = 0;
  for (let y = by; y < by + height; y++) {
    bits += rowBits(bx, y, width);
    if (bits > room) return IMPOSSIBLE;
  }
  bits += leftBits = columnBits(bx - 1, by, height);
  if (bits > (room += leastLeft)) return IMPOSSIBLE;
  bits += rightBits = columnBits(bx + width, by, height);
  if (bits > (room += leastRight)) return IMPOSSIBLE;
  bits += upperBits = rowBits(bx, by - 1, width);
  if (bits > (room += leastUpper)) return IMPOSSIBLE;
  lowerBits = rowBits(bx, by + height, width);
  return bits + lowerBits;
}
