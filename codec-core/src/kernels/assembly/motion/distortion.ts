/** Measures of difference between 8-bit blocks. */

import { sumLanes } from '../lanes';

/** Sums of absolute differences of the four 8×8 quadrants, written by `sad16x16`. */
export let sadTopLeft: i32 = 0;
export let sadTopRight: i32 = 0;
export let sadBottomLeft: i32 = 0;
export let sadBottomRight: i32 = 0;

/** |a − b| of 16 bytes. */
@inline
export function absoluteDifferences(a: v128, b: v128): v128 {
  return v128.sub<u8>(v128.max<u8>(a, b), v128.min<u8>(a, b));
}

/** |a − b| of 16 bytes, added up by pairs to u16. */
@inline
function pairSums(a: v128, b: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(absoluteDifferences(a, b));
}

/** Sum of absolute differences of 16×16 pixels; the quadrants' sums are left in globals. */
export function sad16x16(a: usize, aStride: usize, b: usize, bStride: usize): i32 {
  let top = i16x8.splat(0);
  for (let y = 0; y < 8; y++) {
    top = i16x8.add(top, pairSums(v128.load(a), v128.load(b)));
    a += aStride;
    b += bStride;
  }
  let bottom = i16x8.splat(0);
  for (let y = 0; y < 8; y++) {
    bottom = i16x8.add(bottom, pairSums(v128.load(a), v128.load(b)));
    a += aStride;
    b += bStride;
  }
  const t = i32x4.extadd_pairwise_i16x8_u(top);
  const m = i32x4.extadd_pairwise_i16x8_u(bottom);
  sadTopLeft = i32x4.extract_lane(t, 0) + i32x4.extract_lane(t, 1);
  sadTopRight = i32x4.extract_lane(t, 2) + i32x4.extract_lane(t, 3);
  sadBottomLeft = i32x4.extract_lane(m, 0) + i32x4.extract_lane(m, 1);
  sadBottomRight = i32x4.extract_lane(m, 2) + i32x4.extract_lane(m, 3);
  return sadTopLeft + sadTopRight + sadBottomLeft + sadBottomRight;
}

/** Sum of absolute differences of 8×8 pixels. */
export function sad8x8(a: usize, aStride: usize, b: usize, bStride: usize): i32 {
  let sums = i16x8.splat(0);
  for (let y = 0; y < 4; y++) {
    const p = v128.load64_lane(a + aStride, v128.load64_zero(a), 1);
    const q = v128.load64_lane(b + bStride, v128.load64_zero(b), 1);
    sums = i16x8.add(sums, pairSums(p, q));
    a += aStride << 1;
    b += bStride << 1;
  }
  const s = i32x4.extadd_pairwise_i16x8_u(sums);
  return sumLanes(s);
}

/** Differences of eight pixels as i16. */
@inline
function difference(a: usize, b: usize): v128 {
  return i16x8.sub(v128.load8x8_u(a), v128.load8x8_u(b));
}

/** Sum of squared differences of 8×8 pixels. */
export function sse8x8(a: usize, aStride: usize, b: usize, bStride: usize): i32 {
  let sums = i32x4.splat(0);
  for (let y = 0; y < 8; y++) {
    const d = difference(a, b);
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(d, d));
    a += aStride;
    b += bStride;
  }
  return sumLanes(sums);
}

/*
 * Expected cost of coding a residual, in bits, by the 8×8 Hadamard transform. A coefficient of x
 * steps costs 7.5·x² while it is better left out (the distortion it leaves, at the slope of the
 * operating point) and 7.5·k² + SLOPE·(x − k) beyond the knee k, where coding it is cheaper. Measured
 * (docs/RESEARCH.md): the coarser the step, the further out lies the best knee.
 */

/** Distortion of one squared step, in bits. */
export const STEP_BITS: f32 = 7.5;
/** Bits of a step beyond the knee. */
const SLOPE: f32 = 1.2;
/** Knee, in steps: at a step of one grey level, its growth for each doubling of the step, and the least. */
const KNEE_AT_ONE: f64 = 0.3;
const KNEE_PER_OCTAVE: f64 = 0.13;
const LEAST_KNEE: f64 = 0.7;
/** The transform below is 8 times the orthonormal one. */
const TRANSFORM_GAIN: f32 = 8;

let kneeLevel: i32 = 0;
let bitsPerSquare: f32 = 0;
let bitsPerExcess: f32 = 0;

/** Sets the quantization step, in units of the orthonormal transform of 8-bit samples. */
export function setStep(step: f32): void {
  const level = TRANSFORM_GAIN * step;
  const knee = <f32>max<f64>(LEAST_KNEE, KNEE_AT_ONE + KNEE_PER_OCTAVE * Math.log2(step));
  kneeLevel = <i32>min<f32>(knee * level + 0.5, 32767);
  bitsPerSquare = STEP_BITS / (level * level);
  bitsPerExcess = SLOPE / level;
}

/** Bits of leaving out what lies below the knee, as the sum of squares of pairs. */
@inline
function squares(magnitudes: v128, knee: v128): v128 {
  const kept = i16x8.min_u(magnitudes, knee);
  return i32x4.dot_i16x8_s(kept, kept);
}

/** What lies above the knee, of four vectors: each is at most 64 · 255, the sum fits 16 bits. */
@inline
function excess(a: v128, b: v128, c: v128, d: v128, knee: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(
    i16x8.add(
      i16x8.add(i16x8.sub_sat_u(a, knee), i16x8.sub_sat_u(b, knee)),
      i16x8.add(i16x8.sub_sat_u(c, knee), i16x8.sub_sat_u(d, knee)),
    ),
  );
}

/** Expected bits of the residual of 8×8 pixels, with `weight` on the distortion that is left. */
export function residualBits(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  weight: f32,
): f32 {
  const a4 = a + 4 * aStride;
  const b4 = b + 4 * bStride;
  return differenceBits(
    difference(a, b),
    difference(a + aStride, b + bStride),
    difference(a + 2 * aStride, b + 2 * bStride),
    difference(a + 3 * aStride, b + 3 * bStride),
    difference(a4, b4),
    difference(a4 + aStride, b4 + bStride),
    difference(a4 + 2 * aStride, b4 + 2 * bStride),
    difference(a4 + 3 * aStride, b4 + 3 * bStride),
    weight,
  );
}

/** `residualBits` of the rows of differences, eight i16 each. */
@inline
export function differenceBits(
  r0: v128,
  r1: v128,
  r2: v128,
  r3: v128,
  r4: v128,
  r5: v128,
  r6: v128,
  r7: v128,
  weight: f32,
): f32 {
  // columns
  let s0 = i16x8.add(r0, r4);
  let s4 = i16x8.sub(r0, r4);
  let s1 = i16x8.add(r1, r5);
  let s5 = i16x8.sub(r1, r5);
  let s2 = i16x8.add(r2, r6);
  let s6 = i16x8.sub(r2, r6);
  let s3 = i16x8.add(r3, r7);
  let s7 = i16x8.sub(r3, r7);
  r0 = i16x8.add(s0, s2);
  r2 = i16x8.sub(s0, s2);
  r1 = i16x8.add(s1, s3);
  r3 = i16x8.sub(s1, s3);
  r4 = i16x8.add(s4, s6);
  r6 = i16x8.sub(s4, s6);
  r5 = i16x8.add(s5, s7);
  r7 = i16x8.sub(s5, s7);
  s0 = i16x8.add(r0, r1);
  s1 = i16x8.sub(r0, r1);
  s2 = i16x8.add(r2, r3);
  s3 = i16x8.sub(r2, r3);
  s4 = i16x8.add(r4, r5);
  s5 = i16x8.sub(r4, r5);
  s6 = i16x8.add(r6, r7);
  s7 = i16x8.sub(r6, r7);

  // transpose
  r0 = i16x8.shuffle(s0, s1, 0, 8, 1, 9, 2, 10, 3, 11);
  r1 = i16x8.shuffle(s0, s1, 4, 12, 5, 13, 6, 14, 7, 15);
  r2 = i16x8.shuffle(s2, s3, 0, 8, 1, 9, 2, 10, 3, 11);
  r3 = i16x8.shuffle(s2, s3, 4, 12, 5, 13, 6, 14, 7, 15);
  r4 = i16x8.shuffle(s4, s5, 0, 8, 1, 9, 2, 10, 3, 11);
  r5 = i16x8.shuffle(s4, s5, 4, 12, 5, 13, 6, 14, 7, 15);
  r6 = i16x8.shuffle(s6, s7, 0, 8, 1, 9, 2, 10, 3, 11);
  r7 = i16x8.shuffle(s6, s7, 4, 12, 5, 13, 6, 14, 7, 15);
  s0 = i32x4.shuffle(r0, r2, 0, 4, 1, 5);
  s1 = i32x4.shuffle(r0, r2, 2, 6, 3, 7);
  s2 = i32x4.shuffle(r1, r3, 0, 4, 1, 5);
  s3 = i32x4.shuffle(r1, r3, 2, 6, 3, 7);
  s4 = i32x4.shuffle(r4, r6, 0, 4, 1, 5);
  s5 = i32x4.shuffle(r4, r6, 2, 6, 3, 7);
  s6 = i32x4.shuffle(r5, r7, 0, 4, 1, 5);
  s7 = i32x4.shuffle(r5, r7, 2, 6, 3, 7);
  r0 = i64x2.shuffle(s0, s4, 0, 2);
  r1 = i64x2.shuffle(s0, s4, 1, 3);
  r2 = i64x2.shuffle(s1, s5, 0, 2);
  r3 = i64x2.shuffle(s1, s5, 1, 3);
  r4 = i64x2.shuffle(s2, s6, 0, 2);
  r5 = i64x2.shuffle(s2, s6, 1, 3);
  r6 = i64x2.shuffle(s3, s7, 0, 2);
  r7 = i64x2.shuffle(s3, s7, 1, 3);

  // rows
  s0 = i16x8.add(r0, r4);
  s4 = i16x8.sub(r0, r4);
  s1 = i16x8.add(r1, r5);
  s5 = i16x8.sub(r1, r5);
  s2 = i16x8.add(r2, r6);
  s6 = i16x8.sub(r2, r6);
  s3 = i16x8.add(r3, r7);
  s7 = i16x8.sub(r3, r7);
  r0 = i16x8.add(s0, s2);
  r2 = i16x8.sub(s0, s2);
  r1 = i16x8.add(s1, s3);
  r3 = i16x8.sub(s1, s3);
  r4 = i16x8.add(s4, s6);
  r6 = i16x8.sub(s4, s6);
  r5 = i16x8.add(s5, s7);
  r7 = i16x8.sub(s5, s7);
  s0 = i16x8.abs(i16x8.add(r0, r1));
  s1 = i16x8.abs(i16x8.sub(r0, r1));
  s2 = i16x8.abs(i16x8.add(r2, r3));
  s3 = i16x8.abs(i16x8.sub(r2, r3));
  s4 = i16x8.abs(i16x8.add(r4, r5));
  s5 = i16x8.abs(i16x8.sub(r4, r5));
  s6 = i16x8.abs(i16x8.add(r6, r7));
  s7 = i16x8.abs(i16x8.sub(r6, r7));

  const knee = i16x8.splat(<i16>kneeLevel);
  const below = i32x4.add(
    i32x4.add(
      i32x4.add(squares(s0, knee), squares(s1, knee)),
      i32x4.add(squares(s2, knee), squares(s3, knee)),
    ),
    i32x4.add(
      i32x4.add(squares(s4, knee), squares(s5, knee)),
      i32x4.add(squares(s6, knee), squares(s7, knee)),
    ),
  );
  const above = i32x4.add(excess(s0, s1, s2, s3, knee), excess(s4, s5, s6, s7, knee));
  // both sums at once: halves of lanes, then lanes 0 and 2 with their neighbours
  const halves = i32x4.add(
    i32x4.shuffle(below, above, 0, 1, 4, 5),
    i32x4.shuffle(below, above, 2, 3, 6, 7),
  );
  const sums = f32x4.convert_i32x4_s(i32x4.add(halves, i32x4.shuffle(halves, halves, 1, 0, 3, 2)));
  const left = weight * bitsPerSquare * f32x4.extract_lane(sums, 0);
  return left + bitsPerExcess * f32x4.extract_lane(sums, 2);
}
