/**
 * The INN's first layers: squeeze of a block to 96 samples and orthonormal mixing (8x8 DCT-II luma,
 * 4x4 DCT-II chroma) as plane rotations, each realised by three integer lifting steps and hence
 * reversible bit by bit whatever the rounding. Chen's factorisation: 13 rotations for 8 points.
 *
 * A row holds the 96 coefficients in group order: Y0 U0 V0 | Y1-5 U1-2 V1-2 | Y6-20 U3-9 V3-9 |
 * Y21-63 U10-15 V10-15, each plane by rising diagonal. Samples are taken minus 128 and shifted left
 * by `fraction` bits (4 for lossy points, 0 for the lossless one).
 */

/** Coefficients of a block. */
export const ROW: i32 = 96;

// Rotation by t: a += p b; b += s a; a += p b, with p = -tan(t / 2), s = sin t, in 1/32768.
const P_4: i16 = -13573; // t = pi/4
const S_4: i16 = 23170;
const P_8: i16 = -6518; // t = pi/8
const S_8: i16 = 12540;
const P_5_16: i16 = -17515; // t = 5 pi/16
const S_5_16: i16 = 27246;
const P_7_16: i16 = -26892; // t = 7 pi/16
const S_7_16: i16 = 32138;

// Place in the transposed coefficient block (64 luma, then 4 vectors of U | V) of every row channel.
const places: usize = memory.data<u8>([
  0, 64, 68, 8, 1, 16, 9, 2, 72, 65, 76, 69, 24, 17, 10, 3, 32, 25, 18, 11, 4, 40, 33, 26, 19, 12, 5,
  80, 73, 66, 88, 81, 74, 67, 84, 77, 70, 92, 85, 78, 71, 48, 41, 34, 27, 20, 13, 6, 56, 49, 42, 35,
  28, 21, 14, 7, 57, 50, 43, 36, 29, 22, 15, 58, 51, 44, 37, 30, 23, 59, 52, 45, 38, 31, 60, 53, 46,
  39, 61, 54, 47, 62, 55, 63, 89, 82, 75, 90, 83, 91, 93, 86, 79, 94, 87, 95,
]);

/** Place of a channel: row · 8 + column of a luma coefficient, or the other way round; 64 and more for chroma. */
export function placeOf(channel: i32): i32 {
  return <i32>load<u8>(places + channel);
}

const scratch: usize = memory.data(ROW * 2, 16);

/*
 * Lossy chroma counts by sqrt 2 more than orthonormal, so that its step is finer: equal steps leave
 * chroma far below what its few bits could buy (docs/RESEARCH.md). Factors less 1, in 1/32768.
 */
const CHROMA_GAIN: i16 = 13573;
const CHROMA_LOSS: i16 = -9598;

@inline
function lift(a: v128, b: v128, c: i16): v128 {
  return i16x8.add(a, i16x8.q15mulr_sat_s(b, i16x8.splat(c)));
}

@inline
function unlift(a: v128, b: v128, c: i16): v128 {
  return i16x8.sub(a, i16x8.q15mulr_sat_s(b, i16x8.splat(c)));
}

/** x + x · factor / 32768, rounded. */
@inline
function scale(x: v128, factor: i16): v128 {
  return i16x8.add(x, i16x8.q15mulr_sat_s(x, i16x8.splat(factor)));
}

/** 8-point transform across the eight vectors at `p`, in place. */
function forward8(p: usize): void {
  let a0 = v128.load(p);
  let a1 = v128.load(p, 16);
  let a2 = v128.load(p, 32);
  let a3 = v128.load(p, 48);
  let a4 = v128.load(p, 64);
  let a5 = v128.load(p, 80);
  let a6 = v128.load(p, 96);
  let a7 = v128.load(p, 112);
  // Butterflies: a_i becomes the difference, a_(7-i) the sum, both over sqrt 2.
  a0 = lift(a0, a7, P_4); a7 = lift(a7, a0, S_4); a0 = lift(a0, a7, P_4);
  a1 = lift(a1, a6, P_4); a6 = lift(a6, a1, S_4); a1 = lift(a1, a6, P_4);
  a2 = lift(a2, a5, P_4); a5 = lift(a5, a2, S_4); a2 = lift(a2, a5, P_4);
  a3 = lift(a3, a4, P_4); a4 = lift(a4, a3, S_4); a3 = lift(a3, a4, P_4);
  // Even half on the sums s0..s3 = a7, a6, a5, a4.
  a7 = lift(a7, a4, P_4); a4 = lift(a4, a7, S_4); a7 = lift(a7, a4, P_4); // a7 = s0-s3, a4 = s0+s3
  a6 = lift(a6, a5, P_4); a5 = lift(a5, a6, S_4); a6 = lift(a6, a5, P_4); // a6 = s1-s2, a5 = s1+s2
  a4 = lift(a4, a5, P_4); a5 = lift(a5, a4, S_4); a4 = lift(a4, a5, P_4); // a5 = X0, a4 = X4
  a6 = lift(a6, a7, P_8); a7 = lift(a7, a6, S_8); a6 = lift(a6, a7, P_8); // a7 = X2, a6 = -X6
  // Odd half on the differences.
  a0 = unlift(a0, a3, P_5_16); a3 = unlift(a3, a0, S_5_16); a0 = unlift(a0, a3, P_5_16);
  a1 = unlift(a1, a2, P_7_16); a2 = unlift(a2, a1, S_7_16); a1 = unlift(a1, a2, P_7_16);
  a0 = lift(a0, a2, P_4); a2 = lift(a2, a0, S_4); a0 = lift(a0, a2, P_4);
  a1 = unlift(a1, a3, P_4); a3 = unlift(a3, a1, S_4); a1 = unlift(a1, a3, P_4);
  a0 = lift(a0, a3, P_4); a3 = lift(a3, a0, S_4); a0 = lift(a0, a3, P_4);
  v128.store(p, a5);
  v128.store(p, a0, 16);
  v128.store(p, a7, 32);
  v128.store(p, i16x8.neg(a1), 48);
  v128.store(p, a4, 64);
  v128.store(p, a2, 80);
  v128.store(p, i16x8.neg(a6), 96);
  v128.store(p, i16x8.neg(a3), 112);
}

/** Exact inverse of `forward8`. */
function inverse8(p: usize): void {
  let a5 = v128.load(p);
  let a0 = v128.load(p, 16);
  let a7 = v128.load(p, 32);
  let a1 = i16x8.neg(v128.load(p, 48));
  let a4 = v128.load(p, 64);
  let a2 = v128.load(p, 80);
  let a6 = i16x8.neg(v128.load(p, 96));
  let a3 = i16x8.neg(v128.load(p, 112));
  a0 = unlift(a0, a3, P_4); a3 = unlift(a3, a0, S_4); a0 = unlift(a0, a3, P_4);
  a1 = lift(a1, a3, P_4); a3 = lift(a3, a1, S_4); a1 = lift(a1, a3, P_4);
  a0 = unlift(a0, a2, P_4); a2 = unlift(a2, a0, S_4); a0 = unlift(a0, a2, P_4);
  a1 = lift(a1, a2, P_7_16); a2 = lift(a2, a1, S_7_16); a1 = lift(a1, a2, P_7_16);
  a0 = lift(a0, a3, P_5_16); a3 = lift(a3, a0, S_5_16); a0 = lift(a0, a3, P_5_16);
  a6 = unlift(a6, a7, P_8); a7 = unlift(a7, a6, S_8); a6 = unlift(a6, a7, P_8);
  a4 = unlift(a4, a5, P_4); a5 = unlift(a5, a4, S_4); a4 = unlift(a4, a5, P_4);
  a6 = unlift(a6, a5, P_4); a5 = unlift(a5, a6, S_4); a6 = unlift(a6, a5, P_4);
  a7 = unlift(a7, a4, P_4); a4 = unlift(a4, a7, S_4); a7 = unlift(a7, a4, P_4);
  a3 = unlift(a3, a4, P_4); a4 = unlift(a4, a3, S_4); a3 = unlift(a3, a4, P_4);
  a2 = unlift(a2, a5, P_4); a5 = unlift(a5, a2, S_4); a2 = unlift(a2, a5, P_4);
  a1 = unlift(a1, a6, P_4); a6 = unlift(a6, a1, S_4); a1 = unlift(a1, a6, P_4);
  a0 = unlift(a0, a7, P_4); a7 = unlift(a7, a0, S_4); a0 = unlift(a0, a7, P_4);
  v128.store(p, a0);
  v128.store(p, a1, 16);
  v128.store(p, a2, 32);
  v128.store(p, a3, 48);
  v128.store(p, a4, 64);
  v128.store(p, a5, 80);
  v128.store(p, a6, 96);
  v128.store(p, a7, 112);
}

/** 4-point transform across the four vectors at `p`, in place. */
function forward4(p: usize): void {
  let a0 = v128.load(p);
  let a1 = v128.load(p, 16);
  let a2 = v128.load(p, 32);
  let a3 = v128.load(p, 48);
  a0 = lift(a0, a3, P_4); a3 = lift(a3, a0, S_4); a0 = lift(a0, a3, P_4);
  a1 = lift(a1, a2, P_4); a2 = lift(a2, a1, S_4); a1 = lift(a1, a2, P_4);
  a3 = lift(a3, a2, P_4); a2 = lift(a2, a3, S_4); a3 = lift(a3, a2, P_4); // a2 = X0, a3 = X2
  a1 = lift(a1, a0, P_8); a0 = lift(a0, a1, S_8); a1 = lift(a1, a0, P_8); // a0 = X1, a1 = -X3
  v128.store(p, a2);
  v128.store(p, a0, 16);
  v128.store(p, a3, 32);
  v128.store(p, i16x8.neg(a1), 48);
}

/** Exact inverse of `forward4`. */
function inverse4(p: usize): void {
  let a2 = v128.load(p);
  let a0 = v128.load(p, 16);
  let a3 = v128.load(p, 32);
  let a1 = i16x8.neg(v128.load(p, 48));
  a1 = unlift(a1, a0, P_8); a0 = unlift(a0, a1, S_8); a1 = unlift(a1, a0, P_8);
  a3 = unlift(a3, a2, P_4); a2 = unlift(a2, a3, S_4); a3 = unlift(a3, a2, P_4);
  a1 = unlift(a1, a2, P_4); a2 = unlift(a2, a1, S_4); a1 = unlift(a1, a2, P_4);
  a0 = unlift(a0, a3, P_4); a3 = unlift(a3, a0, S_4); a0 = unlift(a0, a3, P_4);
  v128.store(p, a0);
  v128.store(p, a1, 16);
  v128.store(p, a2, 32);
  v128.store(p, a3, 48);
}

@inline
function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

function transpose8(p: usize): void {
  const r0 = v128.load(p);
  const r1 = v128.load(p, 16);
  const r2 = v128.load(p, 32);
  const r3 = v128.load(p, 48);
  const r4 = v128.load(p, 64);
  const r5 = v128.load(p, 80);
  const r6 = v128.load(p, 96);
  const r7 = v128.load(p, 112);
  // Three rounds of perfect shuffles of the rows (i, i + 4).
  const s0 = lowHalves(r0, r4), s1 = highHalves(r0, r4);
  const s2 = lowHalves(r1, r5), s3 = highHalves(r1, r5);
  const s4 = lowHalves(r2, r6), s5 = highHalves(r2, r6);
  const s6 = lowHalves(r3, r7), s7 = highHalves(r3, r7);
  const t0 = lowHalves(s0, s4), t1 = highHalves(s0, s4);
  const t2 = lowHalves(s1, s5), t3 = highHalves(s1, s5);
  const t4 = lowHalves(s2, s6), t5 = highHalves(s2, s6);
  const t6 = lowHalves(s3, s7), t7 = highHalves(s3, s7);
  v128.store(p, lowHalves(t0, t4));
  v128.store(p, highHalves(t0, t4), 16);
  v128.store(p, lowHalves(t1, t5), 32);
  v128.store(p, highHalves(t1, t5), 48);
  v128.store(p, lowHalves(t2, t6), 64);
  v128.store(p, highHalves(t2, t6), 80);
  v128.store(p, lowHalves(t3, t7), 96);
  v128.store(p, highHalves(t3, t7), 112);
}

/** Transposes the two 4x4 blocks that lie side by side in the four vectors at `p`. */
function transpose4(p: usize): void {
  const r0 = v128.load(p);
  const r1 = v128.load(p, 16);
  const r2 = v128.load(p, 32);
  const r3 = v128.load(p, 48);
  const uLow = lowHalves(r0, r2); // u00 u20 u01 u21 u02 u22 u03 u23
  const uHigh = lowHalves(r1, r3); // u10 u30 u11 u31 ..
  const vLow = highHalves(r0, r2);
  const vHigh = highHalves(r1, r3);
  const u01 = lowHalves(uLow, uHigh); // u00 u10 u20 u30 u01 u11 u21 u31
  const u23 = highHalves(uLow, uHigh);
  const v01 = lowHalves(vLow, vHigh);
  const v23 = highHalves(vLow, vHigh);
  v128.store(p, v128.shuffle<i64>(u01, v01, 0, 2));
  v128.store(p, v128.shuffle<i64>(u01, v01, 1, 3), 16);
  v128.store(p, v128.shuffle<i64>(u23, v23, 0, 2), 32);
  v128.store(p, v128.shuffle<i64>(u23, v23, 1, 3), 48);
}

/**
 * Mixes the listed blocks of a picture.
 * @param blocks i32 block numbers (row-major over the grid of `gridWidth`), `count` of them
 * @param rows i16 [count][96] out
 */
export function mixBlocks(
  y: usize,
  u: usize,
  v: usize,
  yStride: i32,
  cStride: i32,
  gridWidth: i32,
  blocks: usize,
  count: i32,
  rows: usize,
  fraction: i32,
): void {
  const chroma = scratch + 128;
  const middle = i16x8.splat(128);
  const gain = fraction > 0 ? <i16>CHROMA_GAIN : <i16>0;
  for (let n = 0; n < count; n++) {
    const block = load<i32>(blocks + (<usize>n << 2));
    const bx = block % gridWidth;
    const by = block / gridWidth;
    let luma = y + by * 8 * yStride + bx * 8;
    for (let i = 0; i < 8; i++) {
      const s = i16x8.sub(v128.load_ext<u8>(luma), middle);
      v128.store(scratch + (<usize>i << 4), i16x8.shl(s, fraction));
      luma += yStride;
    }
    let offset = <usize>(by * 4 * cStride + bx * 4);
    for (let i = 0; i < 4; i++) {
      const pair = i32x4.replace_lane(
        i32x4.splat(load<i32>(u + offset)),
        1,
        load<i32>(v + offset),
      );
      const s = i16x8.sub(i16x8.extend_low_i8x16_u(pair), middle);
      v128.store(chroma + (<usize>i << 4), scale(i16x8.shl(s, fraction), gain));
      offset += cStride;
    }
    forward8(scratch);
    transpose8(scratch);
    forward8(scratch);
    forward4(chroma);
    transpose4(chroma);
    forward4(chroma);
    const row = rows + <usize>n * ROW * 2;
    for (let c = 0; c < ROW; c++) {
      store<i16>(row + (<usize>c << 1), load<i16>(scratch + (<usize>load<u8>(places + c) << 1)));
    }
  }
}

/**
 * Inverse of `mixBlocks`: writes the listed blocks of a picture, clamped to 0..255. The rows become the
 * samples before rounding, in 2^-fraction with the rounding half added: 64 Y, then four lines of 4 U and
 * 4 V.
 */
export function unmixBlocks(
  rows: usize,
  blocks: usize,
  count: i32,
  y: usize,
  u: usize,
  v: usize,
  yStride: i32,
  cStride: i32,
  gridWidth: i32,
  fraction: i32,
): void {
  const chroma = scratch + 128;
  const loss = fraction > 0 ? <i16>CHROMA_LOSS : <i16>0;
  const level: i32 = (128 << fraction) + ((1 << fraction) >> 1);
  const offsetToPixel = i16x8.splat(<i16>level);
  for (let n = 0; n < count; n++) {
    const row = rows + <usize>n * ROW * 2;
    for (let c = 0; c < ROW; c++) {
      store<i16>(scratch + (<usize>load<u8>(places + c) << 1), load<i16>(row + (<usize>c << 1)));
    }
    inverse8(scratch);
    transpose8(scratch);
    inverse8(scratch);
    inverse4(chroma);
    transpose4(chroma);
    inverse4(chroma);
    const block = load<i32>(blocks + (<usize>n << 2));
    const bx = block % gridWidth;
    const by = block / gridWidth;
    let luma = y + by * 8 * yStride + bx * 8;
    for (let i = 0; i < 8; i++) {
      const s = i16x8.add_sat_s(v128.load(scratch + (<usize>i << 4)), offsetToPixel);
      v128.store(row + (<usize>i << 4), s);
      const pixels = i16x8.shr_s(s, fraction);
      v128.store64_lane(luma, i8x16.narrow_i16x8_u(pixels, pixels), 0);
      luma += yStride;
    }
    let offset = <usize>(by * 4 * cStride + bx * 4);
    for (let i = 0; i < 4; i++) {
      const t = scale(v128.load(chroma + (<usize>i << 4)), loss);
      const s = i16x8.add_sat_s(t, offsetToPixel);
      v128.store(row + 128 + (<usize>i << 4), s);
      const pixels = i16x8.shr_s(s, fraction);
      const bytes = i8x16.narrow_i16x8_u(pixels, pixels);
      v128.store32_lane(u + offset, bytes, 0);
      v128.store32_lane(v + offset, bytes, 1);
      offset += cStride;
    }
  }
}
