import { sumLanes } from '../lanes';
import { absoluteDifferences } from './distortion';
import { LUMA_PADDING, packVector } from './geometry';

/*
 * Shifts of large parts of a picture along one axis, farther than the search walks: scrolling text,
 * panning. The picture is cut into bands along the axis; a band is summed up to one number a line,
 * how strongly the line varies, and its changed lines are compared with the reference's at every
 * shift. What matches much better than standing still is worth trying on every block.
 */

/** Least length of a picture along the axis, and least width of a band. */
const LEAST_LENGTH: i32 = 64;
/** Width of a band in pixels: sums of its differences fit 16 bits. */
const BAND: i32 = 128;
/** Mean difference to the reference, in grey levels, from which a line counts as changed. */
const CHANGE: i32 = 4;
/** A band with fewer changed lines than this share of it (a power of two) has not moved as a whole. */
const CHANGED_SHIFT: i32 = 3;
/** Farthest shift in pixels. */
const FARTHEST: i32 = 512;
/** A shift is taken when the lines match this many times better than without. */
const BETTER: f32 = 2;

const CAPACITY: i32 = 4;
const VECTORS = memory.data(CAPACITY * 4, 4);

/** Number of shifts found by the last `findShifts`. */
export let shiftCount: i32 = 0;

/** Vector of a shift. */
@inline
export function shiftVector(index: i32): u32 {
  return load<u32>(VECTORS + ((<usize>index) << 2));
}

/** Per line of the band: variation in both pictures (u16), mask of changed lines (i16 0 or -1). */
let own: usize = 0;
let other: usize = 0;
let changed: usize = 0;
/** Changed lines before each line, i32. */
let before: usize = 0;

/** Bytes of scratch for a w8×h8 picture, a multiple of 16. */
export function shiftBytes(w8: i32, h8: i32): usize {
  const lines = <usize>max(w8, h8) + 8;
  return (lines * (3 * 2 + 4) + 15) & ~15;
}

/**
 * Finds the shifts from the padded reference to the present picture.
 * @param scratch `shiftBytes(w8, h8)` bytes
 */
export function findShifts(
  cur: usize,
  curStride: i32,
  ref: usize,
  w8: i32,
  h8: i32,
  scratch: usize,
): void {
  shiftCount = 0;
  if (min(w8, h8) < LEAST_LENGTH) return;
  const lines = <usize>max(w8, h8) + 8;
  before = scratch;
  own = before + (lines << 2);
  other = own + (lines << 1);
  changed = other + (lines << 1);
  const stride = w8 + 2 * LUMA_PADDING;
  const reference = ref + <usize>(LUMA_PADDING * stride + LUMA_PADDING);
  for (let x = 0; x + LEAST_LENGTH <= w8; x += BAND) {
    const width = min(BAND, w8 - x);
    profileRows(cur + x, curStride, reference + x, stride, width, h8);
    const shift = bestShift(h8);
    if (shift != 0) keep(packVector(0, shift * 4));
  }
  for (let y = 0; y + LEAST_LENGTH <= h8; y += BAND) {
    const height = min(BAND, h8 - y);
    const source = reference + <usize>(y * stride);
    profileColumns(cur + <usize>(y * curStride), curStride, source, stride, w8, height);
    const shift = bestShift(w8);
    if (shift != 0) keep(packVector(shift * 4, 0));
  }
}

function keep(vector: u32): void {
  if (shiftCount == CAPACITY) return;
  for (let i = 0; i < shiftCount; i++) if (shiftVector(i) == vector) return;
  store<u32>(VECTORS + ((<usize>shiftCount) << 2), vector);
  shiftCount++;
}

/** |a − b| of eight pixels as u16. */
@inline
function apart(a: v128, b: v128): v128 {
  return i16x8.extend_low_i8x16_u(absoluteDifferences(a, b));
}

/** Sum of |a − b| over `count` pixels, a multiple of 8. */
function difference(a: usize, b: usize, count: i32): i32 {
  let sums = i16x8.splat(0);
  for (let i = 0; i < count; i += 8) {
    sums = i16x8.add(sums, apart(v128.load64_zero(a + i), v128.load64_zero(b + i)));
  }
  return sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
}

/** Rows are the lines of a vertical band. */
function profileRows(
  a: usize,
  aStride: i32,
  b: usize,
  bStride: i32,
  width: i32,
  height: i32,
): void {
  // The last pixels of the band are left out: their neighbours may be outside of the picture.
  const inside = width - 8;
  for (let y = 0; y < height; y++) {
    const change = difference(a, b, width);
    setLine(y, difference(a, a + 1, inside), difference(b, b + 1, inside), change > CHANGE * width);
    a += aStride;
    b += bStride;
  }
}

/** Columns are the lines of a horizontal band. */
function profileColumns(
  a: usize,
  aStride: i32,
  b: usize,
  bStride: i32,
  width: i32,
  height: i32,
): void {
  for (let x = 0; x < width; x += 8) {
    let p = a + x;
    let q = b + x;
    let above = v128.load64_zero(p);
    let aboveOther = v128.load64_zero(q);
    let change = apart(above, aboveOther);
    let sums = i16x8.splat(0);
    let sumsOther = i16x8.splat(0);
    for (let y = 1; y < height; y++) {
      p += aStride;
      q += bStride;
      const row = v128.load64_zero(p);
      const rowOther = v128.load64_zero(q);
      sums = i16x8.add(sums, apart(row, above));
      sumsOther = i16x8.add(sumsOther, apart(rowOther, aboveOther));
      change = i16x8.add(change, apart(row, rowOther));
      above = row;
      aboveOther = rowOther;
    }
    const at = (<usize>x) << 1;
    v128.store(own + at, sums);
    v128.store(other + at, sumsOther);
    v128.store(changed + at, i16x8.gt_s(change, i16x8.splat(<i16>(CHANGE * height))));
  }
}

@inline
function setLine(line: i32, ownSum: i32, otherSum: i32, isChanged: bool): void {
  const at = (<usize>line) << 1;
  store<u16>(own + at, <u16>ownSum);
  store<u16>(other + at, <u16>otherSum);
  store<i16>(changed + at, isChanged ? -1 : 0);
}

/** Counts the changed lines before each of `length` lines; returns how many there are. */
function countChanged(length: i32): i32 {
  let count = 0;
  for (let i = 0; i < length; i++) {
    store<i32>(before + ((<usize>i) << 2), count);
    count -= <i32>load<i16>(changed + ((<usize>i) << 1));
  }
  store<i32>(before + ((<usize>length) << 2), count);
  return count;
}

/** Sum of differences of the changed lines from `first` to `end` to the reference's at `shift`. */
function mismatch(first: i32, end: i32, shift: i32): i32 {
  let sums = i32x4.splat(0);
  let i = first;
  for (; i + 8 <= end; i += 8) {
    const at = (<usize>i) << 1;
    const d = i16x8.abs(i16x8.sub(v128.load(own + at), v128.load(other + at + (shift << 1))));
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(v128.and(d, v128.load(changed + at))));
  }
  let sum = sumLanes(sums);
  for (; i < end; i++) {
    const at = (<usize>i) << 1;
    const d = <i32>load<u16>(own + at) - <i32>load<u16>(other + at + (shift << 1));
    sum += abs(d) & <i32>load<i16>(changed + at);
  }
  return sum;
}

/** Shift in pixels that explains the changed lines; 0 when none does. */
function bestShift(length: i32): i32 {
  const count = countChanged(length);
  if (count << CHANGED_SHIFT < length) return 0;
  const still = <f32>mismatch(0, length, 0) / <f32>count;
  let least = still / BETTER;
  let best = 0;
  const farthest = min(FARTHEST, length - LEAST_LENGTH / 2);
  for (let shift = -farthest; shift <= farthest; shift++) {
    const first = max(0, -shift);
    const end = min(length, length - shift);
    const inside =
      load<i32>(before + ((<usize>end) << 2)) - load<i32>(before + ((<usize>first) << 2));
    if (inside << 1 < count) continue;
    const mean = <f32>mismatch(first, end, shift) / <f32>inside;
    if (mean < least) {
      least = mean;
      best = shift;
    }
  }
  return best;
}
