/** Which blocks a predicted frame codes, and where the neighbours of each coded block are. */

import { sumLanes } from '../lanes';

@inline
function squares(a: v128, b: v128): v128 {
  const low = i16x8.sub(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b));
  return i32x4.dot_i16x8_s(low, low);
}

/**
 * Sum of squared differences of every block (96 samples) between two pictures, chroma twice as in
 * lossy coefficients: i32 [blocks].
 */
export function blockErrors(
  aY: usize,
  aU: usize,
  aV: usize,
  bY: usize,
  bU: usize,
  bV: usize,
  gridWidth: i32,
  gridHeight: i32,
  out: usize,
): void {
  const yStride = gridWidth * 8;
  const cStride = gridWidth * 4;
  for (let by = 0; by < gridHeight; by++) {
    for (let bx = 0; bx < gridWidth; bx++) {
      let sum = i32x4.splat(0);
      let at = <usize>(by * 8 * yStride + bx * 8);
      for (let i = 0; i < 8; i++) {
        sum = i32x4.add(sum, squares(v128.load64_zero(aY + at), v128.load64_zero(bY + at)));
        at += yStride;
      }
      at = <usize>(by * 4 * cStride + bx * 4);
      for (let i = 0; i < 4; i++) {
        const a = v128.load32_lane(aV + at, v128.load32_zero(aU + at), 1);
        const b = v128.load32_lane(bV + at, v128.load32_zero(bU + at), 1);
        const square = squares(a, b);
        sum = i32x4.add(sum, i32x4.add(square, square));
        at += cStride;
      }
      store<i32>(out + (<usize>(by * gridWidth + bx) << 2), sumLanes(sum));
    }
  }
}

/** Lists the numbers of the set flags (u8 [blocks]) as i32; returns how many. */
export function listFlags(flags: usize, blocks: i32, list: usize): i32 {
  let count = 0;
  for (let i = 0; i < blocks; i++) {
    if (load<u8>(flags + i)) {
      store<i32>(list + (<usize>count << 2), i);
      count++;
    }
  }
  return count;
}

/**
 * Row numbers of the eight neighbours of every listed block, i32 [count][8], rows first; `count`
 * stands for an absent or inactive neighbour.
 * @param numbers i32 work space, (gridWidth + 2) * (gridHeight + 2)
 */
export function neighbourRows(
  list: usize,
  count: i32,
  gridWidth: i32,
  gridHeight: i32,
  numbers: usize,
  out: usize,
): void {
  const stride = gridWidth + 2;
  const cells = stride * (gridHeight + 2);
  for (let i = 0; i < cells; i++) store<i32>(numbers + (<usize>i << 2), count);
  for (let n = 0; n < count; n++) {
    const block = load<i32>(list + (<usize>n << 2));
    const cell = (block / gridWidth + 1) * stride + (block % gridWidth) + 1;
    store<i32>(numbers + (<usize>cell << 2), n);
  }
  for (let n = 0; n < count; n++) {
    const block = load<i32>(list + (<usize>n << 2));
    const cell = (block / gridWidth + 1) * stride + (block % gridWidth) + 1;
    const above = numbers + (<usize>(cell - stride - 1) << 2);
    const beside = numbers + (<usize>(cell - 1) << 2);
    const below = numbers + (<usize>(cell + stride - 1) << 2);
    const target = out + (<usize>n << 5);
    store<i32>(target, load<i32>(above));
    store<i32>(target, load<i32>(above, 4), 4);
    store<i32>(target, load<i32>(above, 8), 8);
    store<i32>(target, load<i32>(beside), 12);
    store<i32>(target, load<i32>(beside, 8), 16);
    store<i32>(target, load<i32>(below), 20);
    store<i32>(target, load<i32>(below, 4), 24);
    store<i32>(target, load<i32>(below, 8), 28);
  }
}
