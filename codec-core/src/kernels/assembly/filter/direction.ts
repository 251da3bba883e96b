/** Direction classes of blocks, as in the adaptive loop filter of VVC: by sums of second differences. */

import { sumLanes } from '../lanes';
import { PATCH_STRIDE } from './patch';

/** No direction; straight, weak or strong; diagonal, weak or strong. */
export const CLASSES: i32 = 5;

@inline
function bend(center: v128, a: v128, b: v128): v128 {
  // Differences of samples are multiples of 16: a sum of 8 rows in grey levels fits 16 bits.
  const twice = i16x8.shl(center, 1);
  return i16x8.shr_u(i16x8.abs(i16x8.sub(i16x8.sub(twice, a), b)), 4);
}

@inline
function total(sums: v128): i32 {
  return sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
}

/**
 * Class of the luma block whose first sample is at `at` in a patch, times two, plus 1 if the weights of
 * the two directions of a kind change places: if there is no more change across than down, or along the
 * falling diagonal than along the rising one.
 */
export function blockDirection(at: usize): i32 {
  let acrossSum = i16x8.splat(0);
  let downSum = i16x8.splat(0);
  let fallingSum = i16x8.splat(0);
  let risingSum = i16x8.splat(0);
  for (let r = 0; r < 8; r++) {
    const above = at - PATCH_STRIDE;
    const below = at + PATCH_STRIDE;
    const center = v128.load(at);
    acrossSum = i16x8.add(acrossSum, bend(center, v128.load(at - 2), v128.load(at + 2)));
    downSum = i16x8.add(downSum, bend(center, v128.load(above), v128.load(below)));
    fallingSum = i16x8.add(fallingSum, bend(center, v128.load(above - 2), v128.load(below + 2)));
    risingSum = i16x8.add(risingSum, bend(center, v128.load(above + 2), v128.load(below - 2)));
    at = below;
  }
  const across = total(acrossSum);
  const down = total(downSum);
  const falling = total(fallingSum);
  const rising = total(risingSum);
  const most = max(across, down);
  const least = min(across, down);
  const mostDiagonal = max(falling, rising);
  const leastDiagonal = min(falling, rising);
  // Sums are at most 64 · 510: products fit 32 bits.
  const straight = most * leastDiagonal > mostDiagonal * least;
  const high = straight ? most : mostDiagonal;
  const low = straight ? least : leastDiagonal;
  const strength = i32(10 * high > 17 * low) + i32(2 * high > 7 * low);
  const kind = strength == 0 ? 0 : straight ? strength : 2 + strength;
  const swapped = straight ? across <= down : falling <= rising;
  return 2 * kind + i32(swapped);
}
