/**
 * Geometry shared by all motion kernels. Lengths are pixels unless a name says otherwise.
 *
 * A motion grid holds one vector per 8×8 luma block, row-major, `w8 / 8` by `h8 / 8`. A vector is
 * two little-endian i16 (x, then y) in quarter luma pixels and is moved about as one u32.
 */

/** Edge replication around a luma reference plane. */
export const LUMA_PADDING: i32 = 80;
/** Edge replication around a chroma reference plane. */
export const CHROMA_PADDING: i32 = 40;
/** Largest magnitude of a vector component, in quarter pixels: the widest picture is 4096. */
export const VECTOR_LIMIT: i32 = 4096 * 4;

/** `value` limited to `low..high`. */
@inline
export function clamp(value: i32, low: i32, high: i32): i32 {
  return min(max(value, low), high);
}

/** Vector from its components. */
@inline
export function packVector(x: i32, y: i32): u32 {
  return (x & 0xffff) | (y << 16);
}

/** Horizontal component, positive to the right. */
@inline
export function vectorX(vector: u32): i32 {
  return <i32>(<i16>vector);
}

/** Vertical component, positive downwards. */
@inline
export function vectorY(vector: u32): i32 {
  return (<i32>vector) >> 16;
}

/** Column of the block that a vector points to from column `bx`; may lie outside. */
@inline
export function sourceColumn(bx: i32, vector: u32): i32 {
  return bx + ((vectorX(vector) + 16) >> 5);
}

/** Row of the block that a vector points to from row `by`; may lie outside. */
@inline
export function sourceRow(by: i32, vector: u32): i32 {
  return by + ((vectorY(vector) + 16) >> 5);
}

/** Vector of block (`bx`, `by`) of a grid `columns` wide. */
@inline
export function loadVector(grid: usize, columns: i32, bx: i32, by: i32): u32 {
  return load<u32>(grid + ((<usize>(by * columns + bx)) << 2));
}

/** Gives `width`×`height` blocks of a grid from (`bx`, `by`) on the same vector. */
export function fillVectors(
  grid: usize,
  columns: i32,
  bx: i32,
  by: i32,
  width: i32,
  height: i32,
  vector: u32,
): void {
  for (let y = 0; y < height; y++) {
    const row = grid + ((<usize>((by + y) * columns + bx)) << 2);
    for (let x = 0; x < width; x++) store<u32>(row + ((<usize>x) << 2), vector);
  }
}

/** True when `width`×`height` blocks of a grid from (`bx`, `by`) on have one vector. */
export function isUniform(
  grid: usize,
  columns: i32,
  bx: i32,
  by: i32,
  width: i32,
  height: i32,
): bool {
  const vector = loadVector(grid, columns, bx, by);
  for (let y = 0; y < height; y++) {
    const row = grid + ((<usize>((by + y) * columns + bx)) << 2);
    for (let x = 0; x < width; x++) {
      if (load<u32>(row + ((<usize>x) << 2)) != vector) return false;
    }
  }
  return true;
}
