import { LUMA_PADDING } from './geometry';
import { interpolateLumaPhases } from './interpolation';

/*
 * The luma reference at all sixteen quarter-pel phases, for the search. Each phase is a plane of
 * its own, interpolated tile by tile when first asked for: still areas cost nothing, busy ones pay
 * for each position once, however often it is tried. The phases of a vertical quarter are made
 * together: they share most of the work, and a search that asks for one soon asks for the others.
 */

/** Side of a tile in pixels, and its binary logarithm. */
const TILE: i32 = 32;
const TILE_SHIFT: i32 = 5;
/** Padded pixels at the edge that no phase covers: the taps need room. */
const MARGIN: i32 = 8;
/** Farthest a block may lie outside of the picture. */
const OUTSIDE: i32 = LUMA_PADDING - MARGIN;
/** Largest block side that is fetched. */
const MAX_BLOCK: i32 = 16;

let reference: usize = 0;
let planes: usize = 0;
let tiles: usize = 0;
let tileColumns: i32 = 0;
let width: i32 = 0;
let height: i32 = 0;
let area: usize = 0;

/** Bytes from row to row of every phase. */
export let phaseStride: i32 = 0;

/** Tiles along a side of `length` pixels. */
@inline
function tilesAlong(length: i32): i32 {
  return (length + 2 * OUTSIDE + TILE - 1) >> TILE_SHIFT;
}

/** Bytes of scratch for the phases of a w8×h8 picture, a multiple of 16. */
export function phaseBytes(w8: i32, h8: i32): usize {
  const pixels = <usize>(w8 + 2 * LUMA_PADDING) * <usize>(h8 + 2 * LUMA_PADDING);
  const marks = <usize>(tilesAlong(w8) * tilesAlong(h8));
  return (15 * pixels + marks + 31) & ~15;
}

/** Starts on a new padded reference. */
export function openPhases(ref: usize, w8: i32, h8: i32, scratch: usize): void {
  width = w8;
  height = h8;
  phaseStride = w8 + 2 * LUMA_PADDING;
  area = <usize>phaseStride * <usize>(h8 + 2 * LUMA_PADDING);
  reference = ref;
  tileColumns = tilesAlong(w8);
  const marks = <usize>(tileColumns * tilesAlong(h8));
  tiles = scratch;
  planes = (scratch + marks + 15) & ~15;
  memory.fill(tiles, 0, marks);
}

/** True when a block at (`px`, `py`) may be moved by (`x`, `y`) quarter pixels. */
@inline
export function isReachable(px: i32, py: i32, x: i32, y: i32): bool {
  const left = px + (x >> 2);
  const top = py + (y >> 2);
  return (
    left >= -OUTSIDE &&
    top >= -OUTSIDE &&
    left <= width + OUTSIDE - 2 * MAX_BLOCK &&
    top <= height + OUTSIDE - 2 * MAX_BLOCK
  );
}

/** Interpolates a tile at a vertical quarter, once. */
function prepareTile(tx: i32, ty: i32, fy: i32): void {
  const mark = tiles + <usize>(ty * tileColumns + tx);
  const done = load<u8>(mark);
  if ((done >> (<u8>fy)) & 1) return;
  store<u8>(mark, done | (<u8>1 << <u8>fy));
  const x = MARGIN + (tx << TILE_SHIFT);
  const y = MARGIN + (ty << TILE_SHIFT);
  const at = <usize>y * <usize>phaseStride + <usize>x;
  interpolateLumaPhases(
    reference + at,
    phaseStride,
    fy,
    planes + <usize>((fy << 2) - 1) * area + at,
    phaseStride,
    area,
    min(TILE, width + 2 * OUTSIDE - x),
    min(TILE, height + 2 * OUTSIDE - y),
  );
}

/**
 * First pixel of the block of `size` pixels a side at (`px`, `py`) moved by (`x`, `y`) quarter
 * pixels, rows `phaseStride` apart. The block must be reachable.
 */
export function movedBlock(px: i32, py: i32, x: i32, y: i32, size: i32): usize {
  const left = px + (x >> 2) + LUMA_PADDING;
  const top = py + (y >> 2) + LUMA_PADDING;
  const at = <usize>top * <usize>phaseStride + <usize>left;
  const fy = y & 3;
  const phase = (x & 3) | (fy << 2);
  if (phase == 0) return reference + at;
  const firstColumn = (left - MARGIN) >> TILE_SHIFT;
  const firstRow = (top - MARGIN) >> TILE_SHIFT;
  // A block is smaller than a tile: it lies in at most two a side.
  const mark = tiles + <usize>(firstRow * tileColumns + firstColumn);
  const across = ((left - MARGIN + size - 1) >> TILE_SHIFT) - firstColumn;
  const down = (((top - MARGIN + size - 1) >> TILE_SHIFT) - firstRow) * tileColumns;
  const done =
    <i32>load<u8>(mark) &
    <i32>load<u8>(mark + across) &
    <i32>load<u8>(mark + down) &
    <i32>load<u8>(mark + down + across);
  if (((done >> fy) & 1) == 0) {
    prepareTile(firstColumn, firstRow, fy);
    if (across != 0) prepareTile(firstColumn + 1, firstRow, fy);
    if (down != 0) prepareTile(firstColumn, firstRow + 1, fy);
    if (across != 0 && down != 0) prepareTile(firstColumn + 1, firstRow + 1, fy);
  }
  return planes + <usize>(phase - 1) * area + at;
}
