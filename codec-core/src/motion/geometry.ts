/**
 * Geometry of motion, shared with the kernels in `kernels/assembly/motion`.
 *
 * A motion grid is an Int16Array [h8 / 8][w8 / 8][2]: for every 8×8 luma block the displacement
 * (x, y) from the block to its source in the previous picture, in quarter luma pixels.
 */

/** Pixels of edge replication around a luma reference plane. */
export const LUMA_PADDING = 80;
/** Pixels of edge replication around a chroma reference plane. */
export const CHROMA_PADDING = 40;
/** Largest magnitude of a vector component that can be coded, in quarter pixels. */
export const VECTOR_LIMIT = 4096 * 4;
/** Bytes of a vector. */
export const VECTOR_BYTES = 4;
/** Bytes of carried state per 8×8 block. */
export const STATE_BYTES = 16;

/** Bytes of a plane of `width`×`height` pixels with `padding` pixels on each side. */
export function paddedBytes(width: number, height: number, padding: number): number {
  return (width + 2 * padding) * (height + 2 * padding);
}

/** Vectors in the grid of a picture padded to `w8`×`h8` pixels. */
export function motionBlocks(w8: number, h8: number): number {
  return (w8 >> 3) * (h8 >> 3);
}
