/** Symbols of a group: a loop over the coder. */

import { ROW } from '../inn/mixing';
import { follow, hiddenSign, isHidden } from './hiddenSigns';
import { decodeLatent, encodeLatent, startRow } from './latents';
import { decodeBypass, encodeBypass } from './rangeCoder';

/**
 * Codes (read = false) or parses (read = true) the symbols of one pass of a group, row by row.
 * @param rows i32 row numbers into `symbols` (i16 [..][96]); scales u8 [count][size], dense
 * @param hide some signs are hidden (`hiddenSigns.ts`); the symbols to code were chosen for that
 */
export function codeGroup(
  symbols: usize,
  rows: usize,
  count: i32,
  first: i32,
  size: i32,
  scales: usize,
  contexts: usize,
  hide: bool,
  read: bool,
): void {
  for (let n = 0; n < count; n++) {
    const row = symbols + ((<usize>(load<i32>(rows + ((<usize>n) << 2)) * ROW + first)) << 1);
    const head = scales + <usize>(n * size);
    startRow();
    for (let c = 0; c < size; c++) {
      const at = row + ((<usize>c) << 1);
      const scale = min<u32>(63, load<u8>(head + c));
      if (read) {
        const magnitude = min(32767, decodeLatent(contexts, scale, c));
        const negative = magnitude != 0 && readSign(n, c, magnitude, hide) != 0;
        store<i16>(at, <i16>(negative ? -magnitude : magnitude));
      } else {
        const q = <i32>load<i16>(at);
        const magnitude = q < 0 ? -q : q;
        encodeLatent(contexts, scale, c, magnitude);
        if (q) writeSign(n, c, q, magnitude, hide);
      }
    }
  }
}

@inline
function readSign(row: i32, channel: i32, magnitude: i32, hide: bool): u32 {
  if (hide) follow(channel, magnitude);
  return hide && isHidden(row, channel) ? hiddenSign() : decodeBypass(1);
}

@inline
function writeSign(row: i32, channel: i32, q: i32, magnitude: i32, hide: bool): void {
  if (hide) follow(channel, magnitude);
  if (hide && isHidden(row, channel)) hiddenSign();
  else encodeBypass(q < 0 ? 1 : 0, 1);
}
