/** What the key-frame network sees of the decoded DCs, and the low ACs that they suggest. */

import { compressed } from '../quant/coupling';
import { ROW } from './mixing';

/** Inputs of a block: 24 luma differences over 5x5, then 8 of U and 8 of V over 3x3. */
export const KEY_FIELD_INPUTS: i32 = 40;

let rows: usize = 0;
let width: i32 = 0;
let height: i32 = 0;

@inline
function dc(plane: i32, x: i32, y: i32): i32 {
  const cx = max(0, min(width - 1, x));
  const cy = max(0, min(height - 1, y));
  return <i32>load<i16>(rows + (<usize>((cy * width + cx) * ROW + plane) << 1));
}

/** base i16 [blocks][96] with decoded DCs in channels 0..2 -> field u8 [blocks][40]. */
export function keyField(base: usize, gridWidth: i32, gridHeight: i32, step: i32, field: usize): void {
  rows = base;
  width = gridWidth;
  height = gridHeight;
  let out = field;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let p = 0; p < 3; p++) {
        const own = dc(p, x, y);
        const reach = p == 0 ? 2 : 1;
        for (let dy = -reach; dy <= reach; dy++) {
          for (let dx = -reach; dx <= reach; dx++) {
            if (dx == 0 && dy == 0) continue;
            store<u8>(out, compressed(dc(p, x + dx, y + dy) - own, step));
            out++;
          }
        }
      }
    }
  }
}

/**
 * Channels 3..95 of every row: zero, but for the five lowest ACs of each plane, which a smooth
 * surface through the neighbouring DCs would have (least squares on the training clips, in 1/256).
 */
export function keyBase(base: usize, gridWidth: i32, gridHeight: i32): void {
  rows = base;
  width = gridWidth;
  height = gridHeight;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = base + (<usize>((y * width + x) * ROW) << 1);
      memory.fill(row + 6, 0, (ROW - 3) * 2);
      for (let p = 0; p < 3; p++) {
        const first = p == 0 ? 38 : 42;
        const second = p == 0 ? 16 : 15;
        const c2 = 2 * dc(p, x, y);
        const w = dc(p, x - 1, y);
        const e = dc(p, x + 1, y);
        const n = dc(p, x, y - 1);
        const s = dc(p, x, y + 1);
        const cross =
          dc(p, x - 1, y - 1) + dc(p, x + 1, y + 1) - dc(p, x + 1, y - 1) - dc(p, x - 1, y + 1);
        // Group 1 holds Y1..Y5 then U1 U2 then V1 V2; group 2 opens with Y6.. then U3.. at 27, V3.. at 34.
        const low = row + (p == 0 ? 6 : p == 1 ? 16 : 20);
        const next = row + (p == 0 ? 10 : p == 1 ? 54 : 68);
        store<i16>(low, <i16>((first * (w - e) + 128) >> 8));
        store<i16>(low, <i16>((first * (n - s) + 128) >> 8), 2);
        store<i16>(next, <i16>((second * (w + e - c2) + 128) >> 8));
        store<i16>(next, <i16>((8 * cross + 128) >> 8), 2);
        store<i16>(next, <i16>((second * (n + s - c2) + 128) >> 8), 4);
      }
    }
  }
}
