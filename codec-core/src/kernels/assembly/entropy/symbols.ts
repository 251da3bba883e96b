/** Symbols of a group, the DC plane of a key frame, and the activity flags: loops over the coder. */

import { ROW } from '../inn/mixing';
import { decodeLatent, encodeLatent } from './latents';
import { decodeBit, encodeBit } from './rangeCoder';

/**
 * Codes (read = false) or parses (read = true) the symbols of one group, row by row.
 * @param rows i32 row numbers into `symbols` (i16 [..][96]); scales u8 [count][size], dense
 */
export function codeGroup(
  symbols: usize,
  rows: usize,
  count: i32,
  first: i32,
  size: i32,
  scales: usize,
  contexts: usize,
  read: bool,
): void {
  for (let n = 0; n < count; n++) {
    const row = symbols + (<usize>(load<i32>(rows + (<usize>n << 2)) * ROW + first) << 1);
    const head = scales + <usize>(n * size);
    let one = 0;
    let two = 0;
    for (let c = 0; c < size; c++) {
      const at = row + (<usize>c << 1);
      const scale = min<u32>(63, load<u8>(head + c));
      let q: i32;
      if (read) {
        q = max(-32767, min(32767, decodeLatent(contexts, scale, one + two)));
        store<i16>(at, <i16>q);
      } else {
        q = <i32>load<i16>(at);
        encodeLatent(contexts, scale, one + two, q);
      }
      two = one;
      one = q != 0 ? 1 : 0;
    }
  }
}

/** Bytes of the activity-flag models. */
export const FLAG_CONTEXT_BYTES: i32 = 48 * 4;

@inline
function flagAt(flags: usize, width: i32, height: i32, x: i32, y: i32): u32 {
  if (x < 0 || y < 0 || x >= width || y >= height) return 0;
  return load<u8>(flags + <usize>(y * width + x));
}

/**
 * Codes or parses one flag (u8, 0 or 1) per block. Context: left, top, a diagonal above, the same
 * block in the reference's flags, and how many of its right and lower neighbours there were set.
 */
export function codeFlags(
  flags: usize,
  previous: usize,
  width: i32,
  height: i32,
  contexts: usize,
  read: bool,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const left = flagAt(flags, width, height, x - 1, y);
      const top = flagAt(flags, width, height, x, y - 1);
      const diagonal =
        flagAt(flags, width, height, x + 1, y - 1) | flagAt(flags, width, height, x - 1, y - 1);
      const before = flagAt(previous, width, height, x, y);
      const later =
        flagAt(previous, width, height, x + 1, y) + flagAt(previous, width, height, x, y + 1);
      const context = ((left * 2 + top) * 2 + diagonal) * 6 + before * 3 + later;
      const model = contexts + (<usize>context << 2);
      const at = flags + <usize>(y * width + x);
      if (read) store<u8>(at, <u8>decodeBit(model));
      else encodeBit(model, load<u8>(at));
    }
  }
}
