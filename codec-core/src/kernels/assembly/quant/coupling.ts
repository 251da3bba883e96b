/**
 * Additive couplings and quantization on rows of 96 coefficients (i16, lifting units). Every function
 * that both sides run uses integers, or fp32 division and rounding, which WebAssembly defines exactly.
 */

import { ROW } from '../inn/mixing';
import { bestMagnitude } from '../entropy/laplace';

// Head value k (s8, 1/32) to a mean in 1/256 steps: z + z^3 / 2 with z = k / 32.
const meanTable: usize = memory.data(256 * 2);

export function initMeans(): void {
  for (let k = -128; k < 128; k++) {
    const z = <f64>k / 32.0;
    const mean = Math.floor(256.0 * (z + 0.5 * z * z * z) + 0.5);
    store<i16>(meanTable + (<usize>(k + 128) << 1), <i16>mean);
  }
}

@inline
function meanOf(k: i32, step: i32): i32 {
  return (step * <i32>load<i16>(meanTable + (<usize>(k + 128) << 1)) + 128) >> 8;
}

@inline
function limit(x: i32): i32 {
  return max(-20000, min(20000, x));
}

/** Coefficient to a network input: 128 + 64 x / (1 + |x| / 2) for x = c / step, within 1..255. */
@inline
export function compressed(c: i32, step: i32): u8 {
  const size: i32 = 2 * step + (c < 0 ? -c : c);
  const value = f32.nearest((<f32>128.0 * <f32>c) / <f32>size);
  return <u8>(128 + <i32>max<f32>(-127.0, min<f32>(127.0, value)));
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
  const total = count * ROW;
  for (let i = 0; i < total; i++) {
    const at = base + (<usize>i << 1);
    const b = <i32>load<i16>(at);
    store<i16>(at, <i16>(b - ((b * <i32>load<u8>(gate + i) + 128) >> 8)));
  }
}

/**
 * Quantizes one group on `count` rows: symbol = quantize(target - base - mean).
 * @param rows i32 row numbers into `target`, `base` and `symbols`; heads are dense
 * @param means s8 [count][size], scales u8 [count][size]
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
  symbols: usize,
): void {
  const inverse = <f32>1.0 / <f32>step;
  for (let n = 0; n < count; n++) {
    const offset = <usize>(load<i32>(rows + (<usize>n << 2)) * ROW + first) << 1;
    const head = <usize>(n * size);
    for (let c = 0; c < size; c++) {
      const at = offset + (<usize>c << 1);
      const mean = meanOf(<i32>load<i8>(means + head + c), step);
      const r = <i32>load<i16>(target + at) - <i32>load<i16>(base + at) - mean;
      let q = r;
      if (!lossless) {
        const a = <f32>(r < 0 ? -r : r) * inverse;
        q = bestMagnitude(a, min<u32>(63, load<u8>(scales + head + c)));
        if (r < 0) q = -q;
      }
      store<i16>(symbols + at, <i16>max(-32767, min(32767, q)));
    }
  }
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
  for (let n = 0; n < count; n++) {
    const row = load<i32>(rows + (<usize>n << 2));
    const offset = <usize>(row * ROW + first) << 1;
    const head = <usize>(n * size);
    for (let c = 0; c < size; c++) {
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
  const total = count * ROW;
  for (let i = 0; i < total; i++) {
    const at = rows + (<usize>i << 1);
    const change = (<i32>load<i8>(correction + i) * step + 64) >> 7;
    store<i16>(at, <i16>limit(<i32>load<i16>(at) + change));
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
