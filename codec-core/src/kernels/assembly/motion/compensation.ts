import { fetchChroma, fetchLuma } from './fetch';
import { isUniform, loadVector } from './geometry';
import { overlapBlocks } from './overlap';

/** A block of `size` × `size` luma pixels at (`x`, `y`) into the picture. */
@inline
function compensateLuma(
  ref: usize,
  w: i32,
  h: i32,
  vector: u32,
  x: i32,
  y: i32,
  size: i32,
  out: usize,
): void {
  fetchLuma(ref, w, h, vector, x, y, size, size, out + <usize>(y * w + x), w);
}

/** A block of `size` × `size` chroma pixels at (`x`, `y`) into the picture. */
@inline
function compensateChroma(
  ref: usize,
  w: i32,
  h: i32,
  vector: u32,
  x: i32,
  y: i32,
  size: i32,
  out: usize,
): void {
  fetchChroma(ref, w, h, vector, x, y, size, size, out + <usize>(y * w + x), w);
}

/**
 * Motion-compensated prediction of a whole picture, 4:2:0, overlapped where vectors change. Any
 * vectors are safe: a pixel outside the picture is the nearest edge pixel.
 *
 * @param refY padded luma reference: (w8 + 160)·(h8 + 160) bytes, as `padPlane` with 80 writes it
 * @param refU padded chroma reference: (w8/2 + 80)·(h8/2 + 80) bytes, as `padPlane` with 40
 * @param refV like `refU`
 * @param motion grid of quarter-pel vectors, i16 [h8 / 8][w8 / 8][2]
 * @param w8 luma width, a multiple of 8, at most 4096
 * @param h8 luma height, a multiple of 8, at most 4096
 * @param outY prediction, w8·h8 bytes, tightly packed
 * @param outU prediction, (w8/2)·(h8/2) bytes, tightly packed
 * @param outV like `outU`
 */
export function compensate(
  refY: usize,
  refU: usize,
  refV: usize,
  motion: usize,
  w8: i32,
  h8: i32,
  outY: usize,
  outU: usize,
  outV: usize,
): void {
  const columns = w8 >> 3;
  const rows = h8 >> 3;
  const cw = w8 >> 1;
  const ch = h8 >> 1;
  for (let by = 0; by < rows; by += 2) {
    for (let bx = 0; bx < columns; bx += 2) {
      const nx = min(2, columns - bx);
      const ny = min(2, rows - by);
      if (nx + ny == 4 && isUniform(motion, columns, bx, by, 2, 2)) {
        const vector = loadVector(motion, columns, bx, by);
        compensateLuma(refY, w8, h8, vector, bx << 3, by << 3, 16, outY);
        compensateChroma(refU, cw, ch, vector, bx << 2, by << 2, 8, outU);
        compensateChroma(refV, cw, ch, vector, bx << 2, by << 2, 8, outV);
        continue;
      }
      for (let y = by; y < by + ny; y++) {
        for (let x = bx; x < bx + nx; x++) {
          const vector = loadVector(motion, columns, x, y);
          compensateLuma(refY, w8, h8, vector, x << 3, y << 3, 8, outY);
          compensateChroma(refU, cw, ch, vector, x << 2, y << 2, 4, outU);
          compensateChroma(refV, cw, ch, vector, x << 2, y << 2, 4, outV);
        }
      }
    }
  }
  overlapBlocks(refY, refU, refV, motion, w8, h8, outY, outU, outV);
}
