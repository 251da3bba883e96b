import { initModel } from '../entropy/rangeCoder';
import { READ, WRITE, selectMode } from './bits';
import { INITIAL_PROBABILITIES } from './initialProbabilities';
import { MODEL, MOTION_CONTEXT_BYTES, NO_VECTOR, SUPERBLOCK, codeNode, openGrid } from './syntax';

/** Sets the adaptive contexts of motion to their initial state, as after a key frame. */
export function initMotionContexts(contexts: usize): void {
  for (let model = 0; model < MOTION_CONTEXT_BYTES; model += MODEL) {
    const probability = load<u8>(INITIAL_PROBABILITIES + <usize>(model / MODEL));
    initModel(contexts + model, (<u32>probability) << 8);
  }
}

/**
 * Writes or reads a motion grid through the range coder, adapting the contexts.
 *
 * @param motion grid to write, or the grid to fill when reading; i16 [h8 / 8][w8 / 8][2], quarter
 *   pixels, components within ±16384
 * @param previousMotion grid of the previous picture, zero after a key frame
 * @param w8 padded luma width, a multiple of 8
 * @param h8 padded luma height, a multiple of 8
 * @param contexts `MOTION_CONTEXT_BYTES` bytes of models, kept from picture to picture
 * @param read 1 to read, 0 to write
 */
export function codeMotion(
  motion: usize,
  previousMotion: usize,
  w8: i32,
  h8: i32,
  contexts: usize,
  read: i32,
): void {
  const columns = w8 >> 3;
  const rows = h8 >> 3;
  selectMode(read ? READ : WRITE);
  openGrid(motion, previousMotion, columns, rows, contexts);
  for (let by = 0; by < rows; by += SUPERBLOCK) {
    for (let bx = 0; bx < columns; bx += SUPERBLOCK) {
      codeNode(bx, by, SUPERBLOCK, 0, NO_VECTOR);
    }
  }
}
