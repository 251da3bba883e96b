import {
  CHROMA_PADDING,
  LUMA_PADDING,
  clamp,
  vectorX,
  vectorY,
} from './geometry';
import { interpolateChroma, interpolateLuma } from './interpolation';

/*
 * Positions are limited so that no fetch leaves the padded plane. The limits lie so far outside
 * that every pixel fetched there is a replicated edge; limiting therefore changes nothing against
 * a picture replicated without end, and 16×16 and 8×8 fetches of the same pixels agree.
 */

/** Luma of `width` × `height` pixels at (`x`, `y`) into `out`, rows `outStride` apart. */
@inline
export function fetchLuma(
  ref: usize,
  w: i32,
  h: i32,
  vector: u32,
  x: i32,
  y: i32,
  width: i32,
  height: i32,
  out: usize,
  outStride: i32,
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
    out,
    outStride,
    width,
    height,
  );
}

/** One chroma plane, `width` × `height` chroma pixels at (`x`, `y`), as `fetchLuma`. */
@inline
export function fetchChroma(
  ref: usize,
  w: i32,
  h: i32,
  vector: u32,
  x: i32,
  y: i32,
  width: i32,
  height: i32,
  out: usize,
  outStride: i32,
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
    out,
    outStride,
    width,
    height,
  );
}
