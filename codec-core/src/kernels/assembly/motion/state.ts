import { clamp, loadVector, sourceColumn, sourceRow } from './geometry';

/** Bytes of carried state of one block. */
const STATE_BYTES: i32 = 16;

/**
 * Carries the state of the conditioning field along the motion: every block takes the row of the
 * block its vector points at, source = (bx + ⌊(x + 16) / 32⌋, by + ⌊(y + 16) / 32⌋), limited to
 * the picture.
 *
 * @param prevState state after the previous picture, u8 [h8 / 8][w8 / 8][16]
 * @param motion grid of the present picture
 * @param w8 padded width, a multiple of 8
 * @param h8 padded height, a multiple of 8
 * @param out carried state, same shape as `prevState`, not overlapping it
 */
export function gatherState(prevState: usize, motion: usize, w8: i32, h8: i32, out: usize): void {
  const columns = w8 >> 3;
  const rows = h8 >> 3;
  for (let by = 0; by < rows; by++) {
    for (let bx = 0; bx < columns; bx++) {
      const vector = loadVector(motion, columns, bx, by);
      const sx = clamp(sourceColumn(bx, vector), 0, columns - 1);
      const sy = clamp(sourceRow(by, vector), 0, rows - 1);
      const source = prevState + <usize>((sy * columns + sx) * STATE_BYTES);
      v128.store(out + <usize>((by * columns + bx) * STATE_BYTES), v128.load(source));
    }
  }
}
