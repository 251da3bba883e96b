/**
 * Copies a plane and replicates its edges, so that block fetches need no bounds checks.
 *
 * @param src first pixel of the plane, 8 bit
 * @param srcStride bytes from row to row of `src`
 * @param w width in pixels
 * @param h height in pixels
 * @param dst padded plane of (w + 2·pad)·(h + 2·pad) bytes, rows w + 2·pad apart; pixel (0, 0)
 *   lands at dst + pad·(w + 2·pad) + pad
 * @param pad pixels added on each side
 */
export function padPlane(src: usize, srcStride: i32, w: i32, h: i32, dst: usize, pad: i32): void {
  const stride = <usize>(w + 2 * pad);
  const first = dst + <usize>pad * stride;
  for (let y = 0; y < h; y++) {
    const from = src + <usize>(y * srcStride);
    const row = first + <usize>y * stride;
    memory.fill(row, load<u8>(from), pad);
    memory.copy(row + pad, from, w);
    memory.fill(row + pad + w, load<u8>(from + w - 1), pad);
  }
  const last = first + <usize>(h - 1) * stride;
  for (let y = 0; y < pad; y++) {
    memory.copy(dst + <usize>y * stride, first, stride);
    memory.copy(last + <usize>(y + 1) * stride, last, stride);
  }
}
