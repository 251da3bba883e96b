/**
 * Surroundings of a block for the in-loop filter: samples with the fraction bits and rounding half of
 * unrounded ones (16 p + 8), repeated beyond the edges of the picture.
 */

/** Pixels that the filter sees beyond each side of a block. */
export const MARGIN: i32 = 2;
/** Bytes from one row of a patch to the next: 16 samples. */
export const PATCH_STRIDE: usize = 32;
/** Rows of a luma patch, which has 12 samples a row that count. */
const LUMA_ROWS: i32 = 8 + 2 * MARGIN;
/** Rows of a chroma patch: 8 samples of U, then 8 of V. */
const CHROMA_ROWS: i32 = 4 + 2 * MARGIN;

@inline
function widen(pixels: v128): v128 {
  return i16x8.add(i16x8.shl(pixels, 4), i16x8.splat(8));
}

@inline
function limit(value: i32, most: i32): i32 {
  return min(max(value, 0), most);
}

/** One row of `count` samples from `x` on, which may lie outside of the picture. */
function clampedRow(row: usize, x: i32, width: i32, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    const pixel = <i16>load<u8>(row + <usize>limit(x + i, width - 1));
    store<i16>(out + (<usize>i << 1), (pixel << 4) + 8);
  }
}

/** Patch of the luma block at pixel (x, y). */
export function lumaPatch(plane: usize, w8: i32, h8: i32, x: i32, y: i32, patch: usize): void {
  const left = x - MARGIN;
  // A row is read as 16 pixels.
  const inside = left >= 0 && left + 16 <= w8;
  for (let r = 0; r < LUMA_ROWS; r++) {
    const row = plane + <usize>(limit(y - MARGIN + r, h8 - 1) * w8);
    const out = patch + <usize>r * PATCH_STRIDE;
    if (inside) {
      const pixels = v128.load(row + left);
      v128.store(out, widen(i16x8.extend_low_i8x16_u(pixels)));
      v128.store(out, widen(i16x8.extend_high_i8x16_u(pixels)), 16);
    } else {
      clampedRow(row, left, w8, 8 + 2 * MARGIN, out);
    }
  }
}

/** Patch of the chroma blocks at pixel (x, y) of planes of `width` by `height`. */
export function chromaPatch(
  u: usize,
  v: usize,
  width: i32,
  height: i32,
  x: i32,
  y: i32,
  patch: usize,
): void {
  const left = x - MARGIN;
  const inside = left >= 0 && left + 8 <= width;
  for (let r = 0; r < CHROMA_ROWS; r++) {
    const offset = <usize>(limit(y - MARGIN + r, height - 1) * width);
    const out = patch + <usize>r * PATCH_STRIDE;
    if (inside) {
      v128.store(out, widen(v128.load_ext<u8>(u + offset + left)));
      v128.store(out, widen(v128.load_ext<u8>(v + offset + left)), 16);
    } else {
      clampedRow(u + offset, left, width, 8, out);
      clampedRow(v + offset, left, width, 8, out + 16);
    }
  }
}
