/** What coding the residuals of blocks will take, before any network has run (encoder only). */

import { ROW } from '../inn/mixing';
import { sumFloatLanes } from '../lanes';
import { GROUP1, GROUP2, GROUP3, residuals } from './residuals';

/*
 * Least squares over 1,265 predicted frames of eleven training clips at indices 26 to 50, in relation
 * to the bits they took: with what blocks and flags take (codec/sizeForecast.ts) one standard deviation
 * is 10 % (docs/RESEARCH.md).
 */

const ONE_AS_BITS: i32 = 0x3f800000;
const MANTISSA_BITS: i32 = 23;

/** f32 by channel: bits for each unit in the last place of 1 + r². */
const WEIGHTS = memory.data(ROW * 4, 16);

/** Fills the table; call once per instance. */
export function initForecast(): void {
  setGroup(0, GROUP1, 0.2);
  setGroup(GROUP1, GROUP2, 1.5);
  setGroup(GROUP2, GROUP3, 1.4);
  setGroup(GROUP3, ROW, 2);
}

/** @param bits of a residual for each doubling of 1 + r² */
function setGroup(first: i32, end: i32, bits: f32): void {
  for (let c = first; c < end; c++) {
    store<f32>(WEIGHTS + ((<usize>c) << 2), bits / <f32>(1 << MANTISSA_BITS));
  }
}

/**
 * Expected bits of the residuals of the listed rows: a weight by frequency group for each binary order
 * of 1 + r², r in steps. The logarithm is that of the f32's own bits, straight between powers of two.
 * @param rows i32 [count]: which rows of `target` and `base`
 */
export function residualBits(
  target: usize,
  base: usize,
  rows: usize,
  count: i32,
  step: i32,
): f32 {
  const inverse = f32x4.splat(<f32>1.0 / <f32>step);
  const one = i32x4.splat(ONE_AS_BITS);
  let sum = f32x4.splat(0);
  for (let n = 0; n < count; n++) {
    const row = <usize>load<i32>(rows + (<usize>n << 2)) * ROW * 2;
    for (let c: usize = 0; c < <usize>ROW; c += 4) {
      const at = row + (c << 1);
      const r = residuals(target + at, base + at, inverse);
      const size = f32x4.add(f32x4.splat(1), f32x4.mul(r, r));
      const order = f32x4.convert_i32x4_s(i32x4.sub(size, one));
      sum = f32x4.add(sum, f32x4.mul(order, v128.load(WEIGHTS + (c << 2))));
    }
  }
  return sumFloatLanes(sum);
}
