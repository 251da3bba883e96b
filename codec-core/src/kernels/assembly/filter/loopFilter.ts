/**
 * In-loop filter of coded blocks: each sample moves by weighted differences to 12 neighbours, each
 * limited at three thresholds (a learned, piecewise linear shrinking of differences: small ones are
 * smoothed, edges stay), with weights by frame type, quantization index and direction of the block.
 */

import { blockDirection, CLASSES } from './direction';
import { chromaPatch, lumaPatch, MARGIN, PATCH_STRIDE } from './patch';
import { FILTER_WEIGHTS } from './weights';

/** Samples of a row: 64 Y, then four lines of 4 U and 4 V. */
const ROW: i32 = 96;
/** Neighbours by group: left/right, above/below, two diagonals, and the first two at distance 2. */
const GROUPS: i32 = 6;
/** Thresholds of each difference. */
const LIMITS: i32 = 3;
/** Bytes of the weights (i16) of a class; after those of luma stands one class for chroma. */
const CLASS_BYTES: usize = GROUPS * LIMITS * 2;
const SET_BYTES: usize = (CLASSES + 1) * CLASS_BYTES;
/** Weight sets of predicted frames, one for eight quantization indices, then as many of key frames. */
const SETS: i32 = 4;
const SET_WIDTH: i32 = 8;
const FIRST_PREDICTED: i32 = 22;
const FIRST_KEY: i32 = 12;

const patch: usize = memory.data(12 * 32, 16);

// Thresholds of the frame in work, in samples with fraction bits.
let limit0: v128 = i16x8.splat(0);
let limit1: v128 = i16x8.splat(0);
let limit2: v128 = i16x8.splat(0);

/** Address of the weights for tests: i16 [key][SETS][CLASSES + 1][GROUPS][LIMITS], in 1/32768. */
export function filterWeights(): usize {
  return FILTER_WEIGHTS;
}

@inline
function limited(difference: v128, most: v128): v128 {
  return i16x8.min_s(i16x8.max_s(difference, i16x8.neg(most)), most);
}

@inline
function weighted(a: v128, b: v128, most: v128, weight: usize): v128 {
  const sum = i16x8.add(limited(a, most), limited(b, most));
  return i16x8.q15mulr_sat_s(sum, v128.load16_splat(weight));
}

/** What two opposite neighbours add to samples. */
@inline
function pull(sample: v128, a: v128, b: v128, weights: usize): v128 {
  const toA = i16x8.sub_sat_s(a, sample);
  const toB = i16x8.sub_sat_s(b, sample);
  const small = weighted(toA, toB, limit0, weights);
  const middle = weighted(toA, toB, limit1, weights + 2);
  const large = weighted(toA, toB, limit2, weights + 4);
  return i16x8.add(i16x8.add(small, middle), large);
}

/** Filtered pixels of eight samples, in the low 8 bytes. */
@inline
function finish(sample: v128, change: v128): v128 {
  const pixels = i16x8.shr_s(i16x8.add_sat_s(sample, change), 4);
  return i8x16.narrow_i16x8_u(pixels, pixels);
}

/** Filters a luma block: samples at `rows`, surroundings in the patch; `out` is its first pixel. */
function filterLuma(rows: usize, weights: usize, swapped: bool, out: usize, stride: i32): void {
  const first = weights + (swapped ? LIMITS * 2 : 0);
  const second = weights + (swapped ? 0 : LIMITS * 2);
  let at = patch + MARGIN * PATCH_STRIDE + MARGIN * 2;
  for (let r = 0; r < 8; r++) {
    const s = v128.load(rows + (<usize>r << 4));
    const above = at - PATCH_STRIDE;
    const below = at + PATCH_STRIDE;
    let sum = pull(s, v128.load(at + 2), v128.load(at - 2), first);
    sum = i16x8.add(sum, pull(s, v128.load(below), v128.load(above), second));
    sum = i16x8.add(
      sum,
      pull(s, v128.load(below + 2), v128.load(above - 2), first + LIMITS * 4),
    );
    sum = i16x8.add(
      sum,
      pull(s, v128.load(below - 2), v128.load(above + 2), second + LIMITS * 4),
    );
    sum = i16x8.add(sum, pull(s, v128.load(at + 4), v128.load(at - 4), first + LIMITS * 8));
    sum = i16x8.add(
      sum,
      pull(s, v128.load(below + PATCH_STRIDE), v128.load(above - PATCH_STRIDE), second + LIMITS * 8),
    );
    v128.store64_lane(out, finish(s, sum), 0);
    out += stride;
    at = below;
  }
}

/** Four samples of U at `at`, four of V beside them. */
@inline
function pair(at: usize): v128 {
  return v128.load64_lane(at + 16, v128.load64_zero(at), 1);
}

/** Filters the chroma blocks, as `filterLuma`. */
function filterChroma(rows: usize, weights: usize, u: usize, v: usize, stride: i32): void {
  let at = patch + MARGIN * PATCH_STRIDE + MARGIN * 2;
  for (let r = 0; r < 4; r++) {
    const s = v128.load(rows + (<usize>r << 4));
    const above = at - PATCH_STRIDE;
    const below = at + PATCH_STRIDE;
    let sum = pull(s, pair(at + 2), pair(at - 2), weights);
    sum = i16x8.add(sum, pull(s, pair(below), pair(above), weights + LIMITS * 2));
    sum = i16x8.add(sum, pull(s, pair(below + 2), pair(above - 2), weights + LIMITS * 4));
    sum = i16x8.add(sum, pull(s, pair(below - 2), pair(above + 2), weights + LIMITS * 6));
    sum = i16x8.add(sum, pull(s, pair(at + 4), pair(at - 4), weights + LIMITS * 8));
    sum = i16x8.add(
      sum,
      pull(s, pair(below + PATCH_STRIDE), pair(above - PATCH_STRIDE), weights + LIMITS * 10),
    );
    const pixels = finish(s, sum);
    v128.store32_lane(u, pixels, 0);
    v128.store32_lane(v, pixels, 1);
    u += stride;
    v += stride;
    at = below;
  }
}

function weightsOf(qp: i32, key: bool): usize {
  const set = min(max((qp - (key ? FIRST_KEY : FIRST_PREDICTED)) / SET_WIDTH, 0), SETS - 1);
  return FILTER_WEIGHTS + <usize>((key ? SETS : 0) + set) * SET_BYTES;
}

/**
 * Filters the listed blocks of a picture into another.
 * @param rows i16 [count][96]: their samples before rounding, as `unmixBlocks` leaves them
 * @param blocks i32 block numbers (row-major over the grid), `count` of them
 * @param fromY first of the picture before filtering, planes packed one after the other
 * @param toY the same for the filtered picture; only listed blocks are written
 * @param step quantization step in 1/16 grey level
 */
export function filterBlocks(
  rows: usize,
  blocks: usize,
  count: i32,
  fromY: usize,
  toY: usize,
  w8: i32,
  h8: i32,
  step: i32,
  qp: i32,
  key: i32,
): void {
  limit0 = i16x8.splat(<i16>((step * 26) >> 8));
  limit1 = i16x8.splat(<i16>((step * 77) >> 8));
  limit2 = i16x8.splat(<i16>step);
  const set = weightsOf(qp, key != 0);
  const columns = w8 >> 3;
  const luma = <usize>(w8 * h8);
  const chroma = luma >> 2;
  const half = w8 >> 1;
  const inner = patch + MARGIN * PATCH_STRIDE + MARGIN * 2;
  for (let n = 0; n < count; n++) {
    const block = load<i32>(blocks + (<usize>n << 2));
    const bx = block % columns;
    const by = block / columns;
    const row = rows + <usize>(n * ROW * 2);
    lumaPatch(fromY, w8, h8, bx << 3, by << 3, patch);
    const direction = blockDirection(inner);
    const weights = set + <usize>(direction >> 1) * CLASS_BYTES;
    filterLuma(row, weights, (direction & 1) != 0, toY + <usize>((by * w8 + bx) << 3), w8);
    const u = fromY + luma;
    chromaPatch(u, u + chroma, half, h8 >> 1, bx << 2, by << 2, patch);
    const to = toY + luma + <usize>((by * half + bx) << 2);
    filterChroma(row + 128, set + CLASSES * CLASS_BYTES, to, to + chroma, half);
  }
}
