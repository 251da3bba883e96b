/** Symbols of a group: a loop over the coder. */

import { ROW } from '../inn/mixing';
import { decodeLatent, encodeLatent } from './latents';

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
    const row = symbols + ((<usize>(load<i32>(rows + ((<usize>n) << 2)) * ROW + first)) << 1);
    const head = scales + <usize>(n * size);
    let one = 0;
    let two = 0;
    for (let c = 0; c < size; c++) {
      const at = row + ((<usize>c) << 1);
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
