/**
 * Separable interpolation of 8-bit blocks, exact in integers: rows first with unrounded 16-bit
 * sums, then columns, and one rounding (sum + 2048) >> 12 at the end. Where one direction is at an
 * integer position its factor of 64 drops out exactly, which gives the one-pass kernels.
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

/**
 * Row sums of one strip of eight columns, every row interleaved with the next: columns 0..3, then
 * 4..7, 32 bytes a row. The taps need seven more rows.
 */
const ROW_PAIRS = memory.data((MAX_HEIGHT + 6) * 32, 16);

@inline
function splat(taps: usize, index: i32): v128 {
  return v128.load16_splat(taps + ((<usize>index) << 1));
}

/** Taps `2 * pair` and `2 * pair + 1` side by side, for dot products of interleaved rows. */
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

/** One strip of eight luma columns. */
function lumaStrip(
  src: usize,
  stride: usize,
  fx: i32,
  fy: i32,
  dst: usize,
  dstStride: usize,
  height: i32,
): void {
  if ((fx | fy) == 0) {
    for (let y = 0; y < height; y++) {
      store<u64>(dst, load<u64>(src));
      src += stride;
      dst += dstStride;
    }
    return;
  }
  const oneDirection = fx == 0 || fy == 0;
  const taps = LUMA_TAPS + ((<usize>(fx != 0 ? fx : fy)) << 4);
  const t0 = splat(taps, 0);
  const t1 = splat(taps, 1);
  const t2 = splat(taps, 2);
  const t3 = splat(taps, 3);
  const t4 = splat(taps, 4);
  const t5 = splat(taps, 5);
  const t6 = splat(taps, 6);
  const t7 = splat(taps, 7);
  if (oneDirection) {
    const step: usize = fx != 0 ? 1 : stride;
    src -= 3 * step;
    for (let y = 0; y < height; y++) {
      v128.store64_lane(dst, roundOnePass(sum8(src, step, t0, t1, t2, t3, t4, t5, t6, t7)), 0);
      src += stride;
      dst += dstStride;
    }
    return;
  }
  src -= 3 * stride + 3;
  let above = sum8(src, 1, t0, t1, t2, t3, t4, t5, t6, t7);
  const end = ROW_PAIRS + ((<usize>(height + 6)) << 5);
  for (let row = ROW_PAIRS; row < end; row += 32) {
    src += stride;
    const below = sum8(src, 1, t0, t1, t2, t3, t4, t5, t6, t7);
    storePair(row, above, below);
    above = below;
  }
  const vertical = LUMA_TAPS + ((<usize>fy) << 4);
  const v0 = splatPair(vertical, 0);
  const v1 = splatPair(vertical, 1);
  const v2 = splatPair(vertical, 2);
  const v3 = splatPair(vertical, 3);
  let row = ROW_PAIRS;
  for (let y = 0; y < height; y++) {
    const low = i32x4.add(
      i32x4.add(weigh(row, v0), weigh(row + 64, v1)),
      i32x4.add(weigh(row + 128, v2), weigh(row + 192, v3)),
    );
    const high = i32x4.add(
      i32x4.add(weigh(row + 16, v0), weigh(row + 80, v1)),
      i32x4.add(weigh(row + 144, v2), weigh(row + 208, v3)),
    );
    v128.store64_lane(dst, roundTwoPass(low, high), 0);
    row += 32;
    dst += dstStride;
  }
}

/**
 * Interpolates a luma block.
 *
 * @param src reference pixel at the integer part of the position; up to 3 pixels before and 4
 *   (columns: 4 past the strip of eight) after the block are read
 * @param stride bytes from row to row of the reference
 * @param fx horizontal quarter, 0..3
 * @param fy vertical quarter, 0..3
 * @param dst first pixel of the result
 * @param dstStride bytes from row to row of the result
 * @param width a multiple of 8
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
  for (let x = 0; x < width; x += 8) {
    lumaStrip(src + x, stride, fx, fy, dst + x, dstStride, height);
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
