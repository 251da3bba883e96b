import { fetchChroma, fetchLuma } from './fetch';
import { loadVector } from './geometry';

/*
 * Overlapped compensation: near an edge where the vector changes, a block fades into what the
 * neighbour's vector predicts for it. The weights are those of AV1's overlapped motion (one-sided
 * there, towards blocks coded before; here towards all four neighbours, as the whole grid is known).
 */

/** Rows (or columns) of a block that fade, luma and chroma. */
const LUMA_DEPTH: i32 = 3;
const CHROMA_DEPTH: i32 = 1;
/**
 * Weights of the neighbour, of 64, for the eight lines of a block from above or left on: first where
 * the neighbour lies above or left, then where it lies below or right. Chroma blocks have four.
 */
export const LUMA_FADE = memory.data<i16>([25, 14, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 14, 25]);
const CHROMA_FADE = memory.data<i16>([19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19, 0, 0, 0, 0]);

/** The neighbour's side of a block. */
const ABOVE: i32 = 0;
const BELOW: i32 = 1;
const LEFT: i32 = 2;
const RIGHT: i32 = 3;

/** Prediction of a block by the neighbour's vector, rows 8 apart. */
const OTHER = memory.data(8 * 8, 16);
const OTHER_STRIDE: i32 = 8;

let referenceY: usize = 0;
let referenceU: usize = 0;
let referenceV: usize = 0;
let predictionY: usize = 0;
let predictionU: usize = 0;
let predictionV: usize = 0;
let width: i32 = 0;
let height: i32 = 0;

@inline
function isVertical(side: i32): bool {
  return side == ABOVE || side == BELOW;
}

/** First row of a block of `size` pixels a side that fades, `depth` from its edge on. */
@inline
function firstRow(side: i32, size: i32, depth: i32): i32 {
  return side == BELOW ? size - depth : 0;
}

/** Rows of a block of `size` pixels a side that fade. */
@inline
function rowCount(side: i32, size: i32, depth: i32): i32 {
  return isVertical(side) ? depth : size;
}

/** Eight pixels, faded into `other`. */
@inline
function faded(own: v128, other: v128, weights: v128): v128 {
  const pixels = i16x8.extend_low_i8x16_u(own);
  const difference = i16x8.sub(i16x8.extend_low_i8x16_u(other), pixels);
  const change = i16x8.add(i16x8.mul(difference, weights), i16x8.splat(32));
  const sum = i16x8.add(pixels, i16x8.shr_s(change, 6));
  return i8x16.narrow_i16x8_u(sum, sum);
}

/** Blends `OTHER` into the rows from `first` on of a block, `out` being the first of them. */
function fade(
  out: usize,
  stride: i32,
  size: i32,
  side: i32,
  first: i32,
  count: i32,
  fades: usize,
): void {
  if (side == BELOW || side == RIGHT) fades += 16;
  let weights = v128.load(fades);
  let other = OTHER;
  for (let row = first; row < first + count; row++) {
    if (isVertical(side)) weights = v128.load16_splat(fades + ((<usize>row) << 1));
    const pixels = faded(v128.load64_zero(out), v128.load64_zero(other), weights);
    if (size == 8) v128.store64_lane(out, pixels, 0);
    else v128.store32_lane(out, pixels, 0);
    out += stride;
    other += OTHER_STRIDE;
  }
}

function fadeLuma(vector: u32, bx: i32, by: i32, side: i32): void {
  const first = firstRow(side, 8, LUMA_DEPTH);
  const count = rowCount(side, 8, LUMA_DEPTH);
  const x = bx << 3;
  const y = (by << 3) + first;
  fetchLuma(referenceY, width, height, vector, x, y, 8, count, OTHER, OTHER_STRIDE);
  fade(predictionY + <usize>(y * width + x), width, 8, side, first, count, LUMA_FADE);
}

function fadeChroma(ref: usize, out: usize, vector: u32, bx: i32, by: i32, side: i32): void {
  const stride = width >> 1;
  const first = firstRow(side, 4, CHROMA_DEPTH);
  const count = rowCount(side, 4, CHROMA_DEPTH);
  const x = bx << 2;
  const y = (by << 2) + first;
  fetchChroma(ref, stride, height >> 1, vector, x, y, 4, count, OTHER, OTHER_STRIDE);
  fade(out + <usize>(y * stride + x), stride, 4, side, first, count, CHROMA_FADE);
}

/** Fades all planes of the block (`bx`, `by`) towards one side, where `vector` holds. */
function fadeBlock(vector: u32, bx: i32, by: i32, side: i32): void {
  fadeLuma(vector, bx, by, side);
  fadeChroma(referenceU, predictionU, vector, bx, by, side);
  fadeChroma(referenceV, predictionV, vector, bx, by, side);
}

/**
 * Overlaps the blocks of a prediction made by the same arguments (see `compensate`), in raster
 * order, each towards the neighbours above, below, to the left and to the right in this order.
 */
export function overlapBlocks(
  refY: usize,
  refU: usize,
  refV: usize,
  motion: usize,
  w8: i32,
  h8: i32,
  outY: usize,
  outU: usize,
  outV: usize,
): void {
  referenceY = refY;
  referenceU = refU;
  referenceV = refV;
  predictionY = outY;
  predictionU = outU;
  predictionV = outV;
  width = w8;
  height = h8;
  const columns = w8 >> 3;
  const rows = h8 >> 3;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const own = loadVector(motion, columns, x, y);
      const above = y > 0 ? loadVector(motion, columns, x, y - 1) : own;
      const below = y + 1 < rows ? loadVector(motion, columns, x, y + 1) : own;
      const left = x > 0 ? loadVector(motion, columns, x - 1, y) : own;
      const right = x + 1 < columns ? loadVector(motion, columns, x + 1, y) : own;
      if (above != own) fadeBlock(above, x, y, ABOVE);
      if (below != own) fadeBlock(below, x, y, BELOW);
      if (left != own) fadeBlock(left, x, y, LEFT);
      if (right != own) fadeBlock(right, x, y, RIGHT);
    }
  }
}
