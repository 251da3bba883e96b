/**
 * Additive couplings and quantization on rows of 96 coefficients (i16, lifting units). Every function
 * that both sides run uses integers, or fp32 division and rounding, which WebAssembly defines exactly.
 */

import { ROW } from '../inn/mixing';
import { channelPrice } from './perception';
import { consider, finishTrellis, startTrellis } from './signTrellis';
import { isSurelyZero } from './symbolCosts';

/** Head value k (s8, z = k / 32) to a mean of z + z^3 / 2 steps: rounded to 1/256, then in units. */
@inline
function meanOf(k: i32, step: i32): i32 {
  const mean = (k << 3) + ((k * k * k + 128) >> 8);
  return (step * mean + 128) >> 8;
}

/** `meanOf` of four head values, as i32. */
@inline
function meansOf(k: v128, step: v128): v128 {
  const half = i32x4.splat(128);
  const cube = i32x4.mul(i32x4.mul(k, k), k);
  const mean = i32x4.add(i32x4.shl(k, 3), i32x4.shr_s(i32x4.add(cube, half), 8));
  return i32x4.shr_s(i32x4.add(i32x4.mul(mean, step), half), 8);
}

/** Four s8 as i32. */
@inline
function fourBytes(p: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(p)));
}

/** Four i16 as i32. */
@inline
function fourWords(p: usize): v128 {
  return v128.load16x4_s(p);
}

/** Four i32 within the range of i16. */
@inline
function storeWords(p: usize, x: v128): void {
  v128.store64_lane(p, i16x8.narrow_i32x4_s(x, x), 0);
}

const LIMIT: i32 = 20000;

@inline
function limit(x: i32): i32 {
  return max(-LIMIT, min(LIMIT, x));
}

@inline
function limitFour(x: v128): v128 {
  return i32x4.max_s(i32x4.splat(-LIMIT), i32x4.min_s(i32x4.splat(LIMIT), x));
}

/** Coefficient to a network input: 128 + 64 x / (1 + |x| / 2) for x = c / step, within 1..255. */
@inline
export function compressed(c: i32, step: i32): u8 {
  const size: i32 = 2 * step + (c < 0 ? -c : c);
  const value = f32.nearest((<f32>128.0 * <f32>c) / <f32>size);
  return <u8>(128 + <i32>max<f32>(-127.0, min<f32>(127.0, value)));
}

/** `compressed` of four coefficients, as u8. */
@inline
function storeCompressed(p: usize, c: v128, step: v128): void {
  const size = i32x4.add(i32x4.shl(step, 1), i32x4.abs(c));
  const scaled = f32x4.mul(f32x4.splat(128), f32x4.convert_i32x4_s(c));
  const value = f32x4.nearest(f32x4.div(scaled, f32x4.convert_i32x4_s(size)));
  const limited = f32x4.max(f32x4.splat(-127), f32x4.min(f32x4.splat(127), value));
  const level = i32x4.add(i32x4.trunc_sat_f32x4_s(limited), i32x4.splat(128));
  const words = i16x8.narrow_i32x4_s(level, level);
  v128.store32_lane(p, i8x16.narrow_i16x8_u(words, words), 0);
}

/** in i16 [count][96] -> out u8 with `stride` bytes a row: every coefficient compressed. */
export function compressRows(rows: usize, count: i32, step: i32, out: usize, stride: i32): void {
  const twice: i32 = 2 * step;
  const base = f32x4.splat(<f32>twice);
  const scale = f32x4.splat(128);
  const low = i16x8.splat(-127);
  const high = i16x8.splat(127);
  const middle = i16x8.splat(128);
  for (let n = 0; n < count; n++) {
    const row = rows + <usize>n * ROW * 2;
    const target = out + <usize>(n * stride);
    for (let c = 0; c < ROW; c += 8) {
      const x = v128.load(row + (<usize>c << 1));
      const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(x));
      const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(x));
      const p = f32x4.nearest(f32x4.div(f32x4.mul(scale, a), f32x4.add(base, f32x4.abs(a))));
      const q = f32x4.nearest(f32x4.div(f32x4.mul(scale, b), f32x4.add(base, f32x4.abs(b))));
      let r = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(p), i32x4.trunc_sat_f32x4_s(q));
      r = i16x8.add(i16x8.min_s(i16x8.max_s(r, low), high), middle);
      v128.store64_lane(target + c, i8x16.narrow_i16x8_u(r, r), 0);
    }
  }
}

/** base -= base * gate / 256, rounded: the share of the prediction that the field trusts. */
export function gateRows(base: usize, gate: usize, count: i32): void {
  const half = i32x4.splat(128);
  const total = count * ROW;
  for (let i = 0; i < total; i += 8) {
    const at = base + (<usize>i << 1);
    const b = v128.load(at);
    const g = v128.load8x8_u(gate + i);
    const low = i32x4.shr_s(i32x4.add(i32x4.extmul_low_i16x8_s(b, g), half), 8);
    const high = i32x4.shr_s(i32x4.add(i32x4.extmul_high_i16x8_s(b, g), half), 8);
    v128.store(at, i16x8.sub(b, i16x8.narrow_i32x4_s(low, high)));
  }
}

/** Four residuals that are all smaller, in steps, are not looked at: they are zero. */
const LEAST: f32 = 0.3;
const FOUR_RESIDUALS = memory.data(16, 16);

/** Residuals of four channels at once, in units of lifting, to symbols or the trellis. */
@inline
function quantizeFour(
  r: v128,
  inverse: f32,
  scales: usize,
  row: i32,
  channel: i32,
  first: i32,
  ofBlock: f32,
  symbols: usize,
): void {
  const steps = f32x4.mul(f32x4.convert_i32x4_s(r), f32x4.splat(inverse));
  store<u64>(symbols, 0);
  if (!v128.any_true(f32x4.gt(f32x4.abs(steps), f32x4.splat(LEAST)))) return;
  v128.store(FOUR_RESIDUALS, steps);
  for (let i = 0; i < 4; i++) {
    const scale = min<u32>(63, load<u8>(scales + i));
    const price = channelPrice(first + channel + i, ofBlock);
    const x = load<f32>(FOUR_RESIDUALS + (<usize>i << 2));
    if (isSurelyZero(abs(x), scale, price)) continue;
    consider(x, scale, price, row, channel + i, symbols + (<usize>i << 1));
  }
}

/**
 * Quantizes one pass of a group on `count` rows: symbol = quantize(target - base - mean), signs hidden where
 * the bitstream hides them.
 * @param rows i32 row numbers into `target`, `base` and `symbols`; heads are dense
 * @param means s8 [count][size], scales u8 [count][size]
 * @param prices f32, by row number: price of a bit in the block (see `blockPrices`)
 * @param lossless no rate-distortion: the symbol is the residual itself (step is 1)
 */
export function quantizeGroup(
  target: usize,
  base: usize,
  rows: usize,
  count: i32,
  first: i32,
  size: i32,
  means: usize,
  scales: usize,
  step: i32,
  lossless: bool,
  prices: usize,
  symbols: usize,
): void {
  const inverse = <f32>1.0 / <f32>step;
  const steps = i32x4.splat(step);
  const fours = lossless ? 0 : size & ~3;
  if (!lossless) startTrellis();
  for (let n = 0; n < count; n++) {
    const row = load<i32>(rows + (<usize>n << 2));
    const offset = <usize>(row * ROW + first) << 1;
    const ofBlock = load<f32>(prices + (<usize>row << 2));
    const head = <usize>(n * size);
    let c = 0;
    for (; c < fours; c += 4) {
      const at = offset + (<usize>c << 1);
      const mean = meansOf(fourBytes(means + head + c), steps);
      const change = i32x4.sub(fourWords(target + at), fourWords(base + at));
      const residuals = i32x4.sub(change, mean);
      quantizeFour(residuals, inverse, scales + head + c, n, c, first, ofBlock, symbols + at);
    }
    for (; c < size; c++) {
      const at = offset + (<usize>c << 1);
      const mean = meanOf(<i32>load<i8>(means + head + c), step);
      const r = <i32>load<i16>(target + at) - <i32>load<i16>(base + at) - mean;
      if (lossless) {
        store<i16>(symbols + at, <i16>max(-32767, min(32767, r)));
        continue;
      }
      store<i16>(symbols + at, 0);
      const scale = min<u32>(63, load<u8>(scales + head + c));
      const price = channelPrice(first + c, ofBlock);
      const x = <f32>r * inverse;
      if (!isSurelyZero(abs(x), scale, price)) consider(x, scale, price, n, c, symbols + at);
    }
  }
  if (!lossless) finishTrellis();
}

/**
 * Undoes `quantizeGroup`: change = symbol * step + mean is added to base and, compressed, becomes the
 * context of later passes (u8 [rows][size], rows as numbered by `rows`).
 */
export function dequantizeGroup(
  base: usize,
  rows: usize,
  count: i32,
  first: i32,
  size: i32,
  means: usize,
  step: i32,
  symbols: usize,
  context: usize,
): void {
  const steps = i32x4.splat(step);
  for (let n = 0; n < count; n++) {
    const row = load<i32>(rows + (<usize>n << 2));
    const offset = <usize>(row * ROW + first) << 1;
    const head = <usize>(n * size);
    let c = 0;
    for (; c + 4 <= size; c += 4) {
      const at = offset + (<usize>c << 1);
      const residual = i32x4.mul(fourWords(symbols + at), steps);
      const change = i32x4.add(residual, meansOf(fourBytes(means + head + c), steps));
      storeWords(base + at, limitFour(i32x4.add(fourWords(base + at), change)));
      storeCompressed(context + <usize>(row * size + c), change, steps);
    }
    for (; c < size; c++) {
      const at = offset + (<usize>c << 1);
      const change =
        <i32>load<i16>(symbols + at) * step + meanOf(<i32>load<i8>(means + head + c), step);
      store<i16>(base + at, <i16>limit(<i32>load<i16>(base + at) + change));
      store<u8>(context + <usize>(row * size + c), compressed(change, step));
    }
  }
}

/** rows += step * correction / 128, rounded; correction s8 [count][96]. */
export function refineRows(rows: usize, correction: usize, count: i32, step: i32): void {
  const steps = i32x4.splat(step);
  const half = i32x4.splat(64);
  const total = count * ROW;
  for (let i = 0; i < total; i += 4) {
    const at = rows + (<usize>i << 1);
    const product = i32x4.mul(fourBytes(correction + i), steps);
    const change = i32x4.shr_s(i32x4.add(product, half), 7);
    storeWords(at, limitFour(i32x4.add(fourWords(at), change)));
  }
}

/** Copies the listed rows of `bytes` bytes (any table) to a dense table. */
export function gatherRows(table: usize, list: usize, count: i32, bytes: i32, out: usize): void {
  for (let n = 0; n < count; n++) {
    const source = table + <usize>(load<i32>(list + (<usize>n << 2)) * bytes);
    memory.copy(out + <usize>(n * bytes), source, bytes);
  }
}

/** Inverse of `gatherRows`. */
export function scatterRows(rows: usize, list: usize, count: i32, bytes: i32, table: usize): void {
  for (let n = 0; n < count; n++) {
    const target = table + <usize>(load<i32>(list + (<usize>n << 2)) * bytes);
    memory.copy(target, rows + <usize>(n * bytes), bytes);
  }
}
