/**
 * Separable interpolation of 8-bit blocks, exact in integers: one direction with unrounded 16-bit
 * sums, then the other, and one rounding (sum + 2048) >> 12 at the end; the order does not matter.
 * Where one direction is at an integer position its factor of 64 drops out exactly: then one
 * rounding (sum + 32) >> 6 of the other direction's sums is the same.
 *
 * Luma goes columns first, so that blocks at the same vertical quarter can share those sums.
 */

/** HEVC luma taps of the quarter positions 0..3, sum 64. */
const LUMA_TAPS = memory.data<i16>([
  0, 0, 0, 64, 0, 0, 0, 0, -1, 4, -10, 58, 17, -5, 1, 0, -1, 4, -11, 40, 40, -11, 4, -1, 0, 1, -5,
  17, 58, -10, 4, -1,
]);

/** HEVC chroma taps of the eighth positions 0..7, sum 64. */
const CHROMA_TAPS = memory.data<i16>([
  0, 64, 0, 0, -2, 58, 10, -2, -4, 54, 16, -2, -6, 46, 28, -4, -4, 36, 36, -4, -4, 28, 46, -6, -2,
  16, 54, -4, -2, 10, 58, -2,
]);

/** Tallest block that can be interpolated at once. */
export const MAX_HEIGHT: i32 = 32;

/** Widest luma block that can be interpolated at once. */
export const MAX_WIDTH: i32 = 32;

/**
 * Column sums of a luma block: rows of i16, the first three columns before the block, as the taps
 * need seven more columns. All are `SUM_BIAS` too large, half of a pixel's 64; weighed with taps of
 * sum 64 that is half of 4096, so that both roundings are done by a shift.
 */
const SUM_STRIDE: i32 = (MAX_WIDTH + 8) * 2;
const COLUMN_SUMS = memory.data(MAX_HEIGHT * SUM_STRIDE, 16);
const SUM_BIAS: i16 = 32;

/**
 * Row sums of one strip of eight columns, every row interleaved with the next: columns 0..3, then
 * 4..7, 32 bytes a row. The taps need seven more rows.
 */
const ROW_PAIRS = memory.data((MAX_HEIGHT + 6) * 32, 16);

@inline
function splat(taps: usize, index: i32): v128 {
  return v128.load16_splat(taps + ((<usize>index) << 1));
}

/** Taps `2 * pair` and `2 * pair + 1` side by side, for dot products of samples in pairs. */
@inline
function splatPair(taps: usize, pair: i32): v128 {
  return v128.load32_splat(taps + ((<usize>pair) << 2));
}

/** Eight pixels as i16. */
@inline
function pixels(p: usize): v128 {
  return v128.load8x8_u(p);
}

/** Σ taps·pixels, eight columns at once, samples `step` bytes apart. */
@inline
function sum8(
  p: usize,
  step: usize,
  t0: v128,
  t1: v128,
  t2: v128,
  t3: v128,
  t4: v128,
  t5: v128,
  t6: v128,
  t7: v128,
): v128 {
  const a = i16x8.add(i16x8.mul(pixels(p), t0), i16x8.mul(pixels(p + step), t1));
  const b = i16x8.add(i16x8.mul(pixels(p + 2 * step), t2), i16x8.mul(pixels(p + 3 * step), t3));
  const c = i16x8.add(i16x8.mul(pixels(p + 4 * step), t4), i16x8.mul(pixels(p + 5 * step), t5));
  const d = i16x8.add(i16x8.mul(pixels(p + 6 * step), t6), i16x8.mul(pixels(p + 7 * step), t7));
  return i16x8.add(i16x8.add(a, b), i16x8.add(c, d));
}

@inline
function sum4(p: usize, step: usize, t0: v128, t1: v128, t2: v128, t3: v128): v128 {
  const a = i16x8.add(i16x8.mul(pixels(p), t0), i16x8.mul(pixels(p + step), t1));
  const b = i16x8.add(i16x8.mul(pixels(p + 2 * step), t2), i16x8.mul(pixels(p + 3 * step), t3));
  return i16x8.add(a, b);
}

/** One-pass rounding: (sum + 32) >> 6, limited to 8 bits, in the low eight bytes. */
@inline
function roundOnePass(sums: v128): v128 {
  const rounded = i16x8.shr_s(i16x8.add(sums, i16x8.splat(32)), 6);
  return i8x16.narrow_i16x8_u(rounded, rounded);
}

/** Two-pass rounding: (sum + 2048) >> 12, limited to 8 bits, in the low eight bytes. */
@inline
function roundTwoPass(low: v128, high: v128): v128 {
  const half = i32x4.splat(2048);
  const rounded = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(low, half), 12),
    i32x4.shr_s(i32x4.add(high, half), 12),
  );
  return i8x16.narrow_i16x8_u(rounded, rounded);
}

/** Stores eight pixels from sums in 1/4096, half a pixel too large, of the even and the odd ones. */
@inline
function storeTwoPass(dst: usize, even: v128, odd: v128): void {
  const rounded = i16x8.shuffle(
    i32x4.shr_s(even, 12),
    i32x4.shl(odd, 4),
    0, 9, 2, 11, 4, 13, 6, 15,
  );
  v128.store64_lane(dst, i8x16.narrow_i16x8_u(rounded, rounded), 0);
}

/** Stores two rows of i16, interleaved. */
@inline
function storePair(row: usize, above: v128, below: v128): void {
  v128.store(row, i16x8.shuffle(above, below, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(row, i16x8.shuffle(above, below, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/** Four columns of a pair of rows, weighed with a pair of taps. */
@inline
function weigh(pair: usize, taps: v128): v128 {
  return i32x4.dot_i16x8_s(v128.load(pair), taps);
}

/** Fills eight columns of `COLUMN_SUMS` from the rows `src` .. `src + 7 * stride` on. */
function sumStrip(src: usize, stride: usize, fy: i32, sums: usize, height: i32): void {
  const bias = i16x8.splat(SUM_BIAS);
  const end = sums + <usize>(height * SUM_STRIDE);
  if (fy == 0) {
    src += 3 * stride;
    for (; sums < end; sums += SUM_STRIDE) {
      v128.store(sums, i16x8.add(i16x8.shl(pixels(src), 6), bias));
      src += stride;
    }
    return;
  }
  const taps = LUMA_TAPS + ((<usize>fy) << 4);
  const t0 = splat(taps, 0);
  const t1 = splat(taps, 1);
  const t2 = splat(taps, 2);
  const t3 = splat(taps, 3);
  const t4 = splat(taps, 4);
  const t5 = splat(taps, 5);
  const t6 = splat(taps, 6);
  const t7 = splat(taps, 7);
  for (; sums < end; sums += SUM_STRIDE) {
    v128.store(sums, i16x8.add(sum8(src, stride, t0, t1, t2, t3, t4, t5, t6, t7), bias));
    src += stride;
  }
}

/** Fills `COLUMN_SUMS` for the block at `src`. */
function sumColumns(src: usize, stride: usize, fy: i32, width: i32, height: i32): void {
  src -= 3 * stride + 3;
  for (let x = 0; x < width + 8; x += 8) {
    sumStrip(src + x, stride, fy, columnSums(x), height);
  }
}

/** First of the sums that column `x` of the block needs. */
@inline
function columnSums(x: i32): usize {
  return COLUMN_SUMS + ((<usize>x) << 1);
}

/** Four sums of eight samples: pairs of samples, weighed with pairs of taps. */
@inline
function dot8(
  s01: v128,
  s23: v128,
  s45: v128,
  s67: v128,
  t01: v128,
  t23: v128,
  t45: v128,
  t67: v128,
): v128 {
  return i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(s01, t01), i32x4.dot_i16x8_s(s23, t23)),
    i32x4.add(i32x4.dot_i16x8_s(s45, t45), i32x4.dot_i16x8_s(s67, t67)),
  );
}

/** Eight columns at integer positions, from their column sums. */
function integerStrip(sums: usize, dst: usize, dstStride: usize, height: i32): void {
  const end = sums + <usize>(height * SUM_STRIDE);
  for (; sums < end; sums += SUM_STRIDE) {
    const rounded = i16x8.shr_s(v128.load(sums, 6), 6);
    v128.store64_lane(dst, i8x16.narrow_i16x8_u(rounded, rounded), 0);
    dst += dstStride;
  }
}

/** Eight columns at the horizontal quarter `fx`, 1..3, from their column sums. */
function quarterStrip(sums: usize, fx: i32, dst: usize, dstStride: usize, height: i32): void {
  const taps = LUMA_TAPS + ((<usize>fx) << 4);
  const t01 = splatPair(taps, 0);
  const t23 = splatPair(taps, 1);
  const t45 = splatPair(taps, 2);
  const t67 = splatPair(taps, 3);
  const end = sums + <usize>(height * SUM_STRIDE);
  for (; sums < end; sums += SUM_STRIDE) {
    storeTwoPass(
      dst,
      dot8(
        v128.load(sums),
        v128.load(sums, 4),
        v128.load(sums, 8),
        v128.load(sums, 12),
        t01,
        t23,
        t45,
        t67,
      ),
      dot8(
        v128.load(sums, 2),
        v128.load(sums, 6),
        v128.load(sums, 10),
        v128.load(sums, 14),
        t01,
        t23,
        t45,
        t67,
      ),
    );
    dst += dstStride;
  }
}

/** As `quarterStrip`, at all three quarters, into planes `planeBytes` apart. */
function quarterStrips(
  sums: usize,
  dst: usize,
  dstStride: usize,
  planeBytes: usize,
  height: i32,
): void {
  const first = LUMA_TAPS + 16;
  const second = LUMA_TAPS + 32;
  const third = LUMA_TAPS + 48;
  // Two pairs of taps are common to two phases, and so are their products.
  const ab01 = splatPair(first, 0);
  const a23 = splatPair(first, 1);
  const a45 = splatPair(first, 2);
  const a67 = splatPair(first, 3);
  const b23 = splatPair(second, 1);
  const b45 = splatPair(second, 2);
  const c01 = splatPair(third, 0);
  const c23 = splatPair(third, 1);
  const c45 = splatPair(third, 2);
  const bc67 = splatPair(third, 3);
  const end = sums + <usize>(height * SUM_STRIDE);
  for (; sums < end; sums += SUM_STRIDE) {
    const s0 = v128.load(sums);
    const s2 = v128.load(sums, 4);
    const s4 = v128.load(sums, 8);
    const s6 = v128.load(sums, 12);
    const a = dot8(s0, s2, s4, s6, ab01, a23, a45, a67);
    const b = dot8(s0, s2, s4, s6, ab01, b23, b45, bc67);
    const c = dot8(s0, s2, s4, s6, c01, c23, c45, bc67);
    const s1 = v128.load(sums, 2);
    const s3 = v128.load(sums, 6);
    const s5 = v128.load(sums, 10);
    const s7 = v128.load(sums, 14);
    storeTwoPass(dst, a, dot8(s1, s3, s5, s7, ab01, a23, a45, a67));
    storeTwoPass(dst + planeBytes, b, dot8(s1, s3, s5, s7, ab01, b23, b45, bc67));
    storeTwoPass(dst + 2 * planeBytes, c, dot8(s1, s3, s5, s7, c01, c23, c45, bc67));
    dst += dstStride;
  }
}

/**
 * Interpolates a luma block.
 *
 * @param src reference pixel at the integer part of the position; up to 3 pixels before and 4 (5 to
 *   the right) after the block are read
 * @param stride bytes from row to row of the reference
 * @param fx horizontal quarter, 0..3
 * @param fy vertical quarter, 0..3
 * @param dst first pixel of the result
 * @param dstStride bytes from row to row of the result
 * @param width a multiple of 8, at most `MAX_WIDTH`
 * @param height 1..`MAX_HEIGHT`
 */
export function interpolateLuma(
  src: usize,
  stride: usize,
  fx: i32,
  fy: i32,
  dst: usize,
  dstStride: usize,
  width: i32,
  height: i32,
): void {
  if ((fx | fy) == 0) {
    copyLuma(src, stride, dst, dstStride, width, height);
    return;
  }
  sumColumns(src, stride, fy, width, height);
  for (let x = 0; x < width; x += 8) {
    if (fx == 0) integerStrip(columnSums(x), dst + x, dstStride, height);
    else quarterStrip(columnSums(x), fx, dst + x, dstStride, height);
  }
}

function copyLuma(
  src: usize,
  stride: usize,
  dst: usize,
  dstStride: usize,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 8) store<u64>(dst + x, load<u64>(src + x));
    src += stride;
    dst += dstStride;
  }
}

/**
 * Interpolates a luma block at all horizontal quarters of the vertical quarter `fy`, but for the
 * reference itself; other arguments as of `interpolateLuma`. Quarters 0..3 go to planes
 * `planeBytes` apart, `dst` is in that of quarter 0.
 */
export function interpolateLumaPhases(
  src: usize,
  stride: usize,
  fy: i32,
  dst: usize,
  dstStride: usize,
  planeBytes: usize,
  width: i32,
  height: i32,
): void {
  sumColumns(src, stride, fy, width, height);
  for (let x = 0; x < width; x += 8) {
    const sums = columnSums(x);
    if (fy != 0) integerStrip(sums, dst + x, dstStride, height);
    quarterStrips(sums, dst + x + planeBytes, dstStride, planeBytes, height);
  }
}

/** Writes the low `width` (4 or 8) bytes. */
@inline
function storeChroma(dst: usize, bytes: v128, width: i32): void {
  if (width == 8) v128.store64_lane(dst, bytes, 0);
  else v128.store32_lane(dst, bytes, 0);
}

/**
 * Interpolates a chroma block. Whatever the width, reads cover a strip of eight columns with one
 * pixel before and two after it, and one row before and two after.
 *
 * @param src reference pixel at the integer part of the position
 * @param stride bytes from row to row of the reference
 * @param fx horizontal eighth, 0..7
 * @param fy vertical eighth, 0..7
 * @param dst first pixel of the result
 * @param dstStride bytes from row to row of the result
 * @param width 4 or 8
 * @param height 1..8
 */
export function interpolateChroma(
  src: usize,
  stride: usize,
  fx: i32,
  fy: i32,
  dst: usize,
  dstStride: usize,
  width: i32,
  height: i32,
): void {
  if ((fx | fy) == 0) {
    for (let y = 0; y < height; y++) {
      storeChroma(dst, v128.load64_zero(src), width);
      src += stride;
      dst += dstStride;
    }
    return;
  }
  const oneDirection = fx == 0 || fy == 0;
  const taps = CHROMA_TAPS + ((<usize>(fx != 0 ? fx : fy)) << 3);
  const t0 = splat(taps, 0);
  const t1 = splat(taps, 1);
  const t2 = splat(taps, 2);
  const t3 = splat(taps, 3);
  if (oneDirection) {
    const step: usize = fx != 0 ? 1 : stride;
    src -= step;
    for (let y = 0; y < height; y++) {
      storeChroma(dst, roundOnePass(sum4(src, step, t0, t1, t2, t3)), width);
      src += stride;
      dst += dstStride;
    }
    return;
  }
  src -= stride + 1;
  let above = sum4(src, 1, t0, t1, t2, t3);
  const end = ROW_PAIRS + ((<usize>(height + 2)) << 5);
  for (let row = ROW_PAIRS; row < end; row += 32) {
    src += stride;
    const below = sum4(src, 1, t0, t1, t2, t3);
    storePair(row, above, below);
    above = below;
  }
  const vertical = CHROMA_TAPS + ((<usize>fy) << 3);
  const v0 = splatPair(vertical, 0);
  const v1 = splatPair(vertical, 1);
  let row = ROW_PAIRS;
  for (let y = 0; y < height; y++) {
    const low = i32x4.add(weigh(row, v0), weigh(row + 64, v1));
    const high = i32x4.add(weigh(row + 16, v0), weigh(row + 80, v1));
    storeChroma(dst, roundTwoPass(low, high), width);
    row += 32;
    dst += dstStride;
  }
}
