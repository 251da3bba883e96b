/**
 * How long the error of a block will be seen (encoder only), as part of the price of its bits. What is
 * copied from picture to picture keeps its error; what is coded anew each time has lost it by the next
 * picture. The reference tells which of the two a block has been.
 */

import { clamp, loadVector, sourceColumn, sourceRow } from '../motion/geometry';

/** Measured (docs/RESEARCH.md): what is left out of a copied block is missed for longer. */
const PRICE_OF_COPIED: f32 = 0.9;
const PRICE_OF_CODED: f32 = 1.1;

/**
 * Multiplies the prices of the listed blocks, f32 [count].
 * @param flags u8 [blocks] of the reference: 1 where it was coded; motion grid of the frame
 */
export function priceLifetimes(
  prices: usize,
  list: usize,
  count: i32,
  flags: usize,
  motion: usize,
  gridWidth: i32,
  gridHeight: i32,
): void {
  for (let n: usize = 0; n < <usize>count; n++) {
    const block = load<i32>(list + (n << 2));
    const bx = block % gridWidth;
    const by = block / gridWidth;
    const vector = loadVector(motion, gridWidth, bx, by);
    const x = clamp(sourceColumn(bx, vector), 0, gridWidth - 1);
    const y = clamp(sourceRow(by, vector), 0, gridHeight - 1);
    const coded = load<u8>(flags + <usize>(y * gridWidth + x)) != 0;
    const at = prices + (n << 2);
    store<f32>(at, load<f32>(at) * (coded ? PRICE_OF_CODED : PRICE_OF_COPIED));
  }
}
