import {
  CHROMA_PADDING,
  LUMA_PADDING,
  clamp,
  isUniform,
  loadVector,
  vectorX,
  vectorY,
} from './geometry';
import { interpolateChroma, interpolateLuma } from './interpolation';

/*
 * Positions are limited so that no fetch leaves the padded plane. The limits lie so far outside
 * that every pixel fetched there is a replicated edge; limiting therefore changes nothing against
 * a picture replicated without end, and 16×16 and 8×8 fetches of the same pixels agree.
 */

/** Luma part of one block of `size` × `size` pixels at (`x`, `y`). */
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
  const stride = w + 2 * LUMA_PADDING;
  const mx = vectorX(vector);
  const my = vectorY(vector);
  const px = clamp(x + (mx >> 2), 8 - LUMA_PADDING, w + LUMA_PADDING - 32) + LUMA_PADDING;
  const py = clamp(y + (my >> 2), 8 - LUMA_PADDING, h + LUMA_PADDING - 32) + LUMA_PADDING;
  interpolateLuma(
    ref + <usize>(py * stride + px),
    stride,
    mx & 3,
    my & 3,
    out + <usize>(y * w + x),
    w,
    size,
    size,
  );
}

/** One chroma plane of a block of `size` × `size` chroma pixels at (`x`, `y`). */
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
  const stride = w + 2 * CHROMA_PADDING;
  const mx = vectorX(vector);
  const my = vectorY(vector);
  const px = clamp(x + (mx >> 3), 4 - CHROMA_PADDING, w + CHROMA_PADDING - 16) + CHROMA_PADDING;
  const py = clamp(y + (my >> 3), 4 - CHROMA_PADDING, h + CHROMA_PADDING - 16) + CHROMA_PADDING;
  interpolateChroma(
    ref + <usize>(py * stride + px),
    stride,
    mx & 7,
    my & 7,
    out + <usize>(y * w + x),
    w,
    size,
    size,
  );
}

/**
 * Motion-compensated prediction of a whole picture, 4:2:0. Any vectors are safe: a pixel outside
 * the picture is the nearest edge pixel.
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
}
