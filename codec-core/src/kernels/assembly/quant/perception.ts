/**
 * What a squared error is worth to the eye (encoder only), as the price of a bit by block and channel.
 * Errors show less in texture than in smooth parts, and less in fine detail than in coarse; both follow
 * the slope of MS-SSIM. To first order an error of energy e costs it Σ w_s H_s e / (2σ_s² + C₂): w_s is
 * the weight of scale s, H_s the share of the error that is left at that scale, σ_s² the variance of the
 * picture there, C₂ = 58.5. Over the blocks of video the logarithm of this goes with −0.56 times that
 * of (σ² + FLOOR), σ² the luma variance of the block (R² = 0.89); over luma channels it falls by 0.22
 * for each unit of frequency. Less than half of that costs PSNR little (docs/RESEARCH.md).
 */

import { ROW, placeOf } from '../inn/mixing';
import { sumLanes } from '../lanes';

/** Grey levels², about the noise of a camera. */
const FLOOR: f32 = 15;
/** Variance plus floor of a block with price 1: the geometric mean over video. */
const ANCHOR: f64 = 58;
/** Exponent of the variance in the price of a block. */
const BLOCK_EXPONENT: f64 = 0.2;
/** Growth of the logarithm of the price for each unit of frequency. */
const FREQUENCY_SLOPE: f64 = 0.105;
/** Frequency with price 1, as √(u² + v²) with u, v in half waves per block. */
const NEUTRAL_FREQUENCY: f64 = 5;
/** Price in chroma, in every block: luma's texture says little about it. */
const CHROMA_PRICE: f32 = 1.1;

/** Prices of blocks, f32 by size of variance plus floor: eight to the octave, from 8 to 2^15. */
const OCTAVES: i32 = 12;
const PARTS: i32 = 8;
const TEXTURES = memory.data(OCTAVES * PARTS * 4, 4);
/** Bits of an f32 below its three leading ones of the mantissa; and those above them, of 8. */
const DROPPED_BITS: u32 = 20;
const FIRST_TEXTURE: u32 = 0x41000000 >> DROPPED_BITS;

/** f32 by channel: a price is FIXED + SHARES · price of the block. */
const FIXED = memory.data(ROW * 4, 16);
const SHARES = memory.data(ROW * 4, 16);

/** Fills the tables; call once per instance. */
export function initPerception(): void {
  for (let c = 0; c < ROW; c++) {
    const place = placeOf(c);
    const isLuma = place < 64;
    const u = <f64>(place & 7);
    const v = <f64>(place >> 3);
    const distance: f64 = Math.sqrt(u * u + v * v) - NEUTRAL_FREQUENCY;
    const at = <usize>c << 2;
    store<f32>(SHARES + at, isLuma ? <f32>Math.exp(FREQUENCY_SLOPE * distance) : 0);
    store<f32>(FIXED + at, isLuma ? 0 : CHROMA_PRICE);
  }
  for (let i = 0; i < OCTAVES * PARTS; i++) {
    const size = <f64>(8 << (i / PARTS)) * (1 + (<f64>(i % PARTS) + 0.5) / PARTS);
    store<f32>(TEXTURES + (<usize>i << 2), <f32>Math.pow(size / ANCHOR, BLOCK_EXPONENT));
  }
}

/** Price of a bit of a channel in a block with price `ofBlock`. */
@inline
export function channelPrice(channel: i32, ofBlock: f32): f32 {
  const at = <usize>channel << 2;
  return load<f32>(FIXED + at) + load<f32>(SHARES + at) * ofBlock;
}

/** `channelPrice` of four channels from `first` on. */
@inline
export function channelPrices(first: usize, ofBlock: v128): v128 {
  const at = first << 2;
  return f32x4.add(v128.load(FIXED + at), f32x4.mul(v128.load(SHARES + at), ofBlock));
}

/** Variance of 8×8 pixels. */
function variance(pixels: usize, stride: usize): f32 {
  let sums = i16x8.splat(0);
  let squares = i32x4.splat(0);
  for (let y = 0; y < 8; y++) {
    const row = v128.load8x8_u(pixels);
    sums = i16x8.add(sums, row);
    squares = i32x4.add(squares, i32x4.dot_i16x8_s(row, row));
    pixels += stride;
  }
  const sum = <f32>sumLanes(i32x4.extadd_pairwise_i16x8_u(sums)) / 64;
  return <f32>sumLanes(squares) / 64 - sum * sum;
}

/** Price of a block of 8×8 luma pixels: times that of a channel, how much dearer than usual a bit is. */
export function blockPrice(pixels: usize, stride: usize): f32 {
  const texture = reinterpret<u32>(variance(pixels, stride) + FLOOR) >> DROPPED_BITS;
  return load<f32>(TEXTURES + (<usize>(texture - FIRST_TEXTURE) << 2));
}

/**
 * `blockPrice` of the listed blocks, f32 [count].
 * @param luma picture to code, `gridWidth` blocks wide; list i32 [count]
 */
export function blockPrices(
  luma: usize,
  gridWidth: i32,
  list: usize,
  count: i32,
  out: usize,
): void {
  const stride = gridWidth << 3;
  for (let n = 0; n < count; n++) {
    const block = load<i32>(list + (<usize>n << 2));
    const at = (block / gridWidth) * 8 * stride + (block % gridWidth) * 8;
    store<f32>(out + (<usize>n << 2), blockPrice(luma + <usize>at, stride));
  }
}
