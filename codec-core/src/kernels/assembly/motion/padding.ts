/** As memory.copy, which engines call out for: rows are too short for that to pay. */
@inline
function copyRow(to: usize, from: usize, bytes: usize): void {
  let x: usize = 0;
  for (; x + 16 <= bytes; x += 16) v128.store(to + x, v128.load(from + x));
  for (; x + 8 <= bytes; x += 8) store<u64>(to + x, load<u64>(from + x));
  for (; x < bytes; x++) store<u8>(to + x, load<u8>(from + x));
}

@inline
function fillRow(to: usize, value: u8, bytes: usize): void {
  const all = i8x16.splat(<i8>value);
  let x: usize = 0;
  for (; x + 16 <= bytes; x += 16) v128.store(to + x, all);
  for (; x + 8 <= bytes; x += 8) v128.store64_lane(to + x, all, 0);
  for (; x < bytes; x++) store<u8>(to + x, value);
}

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
    fillRow(row, load<u8>(from), pad);
    copyRow(row + pad, from, w);
    fillRow(row + pad + w, load<u8>(from + w - 1), pad);
  }
  const last = first + <usize>(h - 1) * stride;
  for (let y = 0; y < pad; y++) {
    copyRow(dst + <usize>y * stride, first, stride);
    copyRow(last + <usize>(y + 1) * stride, last, stride);
  }
}
