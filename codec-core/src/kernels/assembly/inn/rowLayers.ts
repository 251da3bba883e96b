/*
 * Layers of the networks, on rows: u8 inputs of a row side by side as i16, times s8 weights kept as i16,
 * sums in i32, then one multiplication, one addition and one rounding in f32. Scales are powers of two
 * and sums stay below 2^24, so nothing else rounds (docs/ARCHITECTURE.md, "Integer-exact networks").
 *
 * Many inputs are zero: units that are off, neighbours that are absent. Rows are taken two at a time,
 * and pairs of inputs that are zero in both are left out.
 *
 * Inputs are laid out strip by strip: rows of `stride` i16 with at least seven places to spare, because
 * every part is written eight places at a time. Parts are laid out from left to right.
 */

/** Channels of the digest that a row shows its neighbours. */
const DIGEST: i32 = 16;
const NEIGHBOURS: i32 = 8;
/** Outputs computed together: four vectors. */
const OUTPUTS: i32 = 16;
/** Rows computed together. */
const ROWS: i32 = 2;

const tail: usize = memory.data(OUTPUTS, 16);

/**
 * Puts `width` bytes of `count` rows of a table to `out`: the rows in order from `first`, or those that
 * `list` (i32) names there; 0: no list.
 */
export function layTable(
  table: usize,
  width: i32,
  list: usize,
  first: i32,
  count: i32,
  out: usize,
  stride: i32,
): void {
  for (let n = 0; n < count; n++) {
    const row = list != 0 ? load<i32>(list + (<usize>(first + n) << 2)) : first + n;
    const from = table + <usize>(row * width);
    const to = out + (<usize>(n * stride) << 1);
    for (let i = 0; i < width; i += 8) {
      v128.store(to + (<usize>i << 1), v128.load8x8_u(from + <usize>i));
    }
  }
}

/**
 * Puts the digests around `count` rows to `out`: of the eight neighbours (i32 row numbers, the row after
 * the last of `digests` for absent ones) those whose bits are set in `which`.
 */
export function layNeighbours(
  digests: usize,
  neighbours: usize,
  which: i32,
  first: i32,
  count: i32,
  out: usize,
  stride: i32,
): void {
  for (let n = 0; n < count; n++) {
    const around = neighbours + (<usize>((first + n) * NEIGHBOURS) << 2);
    let to = out + (<usize>(n * stride) << 1);
    for (let i = 0; i < NEIGHBOURS; i++) {
      if (((which >> i) & 1) == 0) continue;
      const from = digests + <usize>(load<i32>(around + (<usize>i << 2)) * DIGEST);
      v128.store(to, v128.load8x8_u(from));
      v128.store(to, v128.load8x8_u(from, 8), 16);
      to += DIGEST * 2;
    }
  }
}

/** Eight sums, of outputs from `first` on -> eight words between the limits of i16. */
@inline
function rounded(low: v128, high: v128, first: usize, scales: usize, biases: usize): v128 {
  const s = scales + (first << 2);
  const o = biases + (first << 2);
  const a = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(low), v128.load(s)), v128.load(o));
  const b = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(high), v128.load(s, 16)), v128.load(o, 16));
  return i16x8.narrow_i32x4_s(
    i32x4.trunc_sat_f32x4_s(f32x4.nearest(a)),
    i32x4.trunc_sat_f32x4_s(f32x4.nearest(b)),
  );
}

/** Sixteen words -> as many bytes, u8 or (`signed`) s8, of which `count` are stored. */
@inline
function put(low: v128, high: v128, to: usize, count: i32, signed: bool): void {
  const bytes = signed ? i8x16.narrow_i16x8_s(low, high) : i8x16.narrow_i16x8_u(low, high);
  if (count >= OUTPUTS) {
    v128.store(to, bytes);
  } else {
    v128.store(tail, bytes);
    memory.copy(to, tail, count);
  }
}

/**
 * Lists the pairs of inputs that are other than zero in one of two rows, or `all`, as the bytes before
 * them (u16); returns the end. Without branches: which are zero cannot be foretold.
 */
function listPairs(row: usize, line: usize, pairs: i32, all: bool, list: usize): usize {
  const end = <usize>pairs << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const any = v128.or(v128.load(row + at), v128.load(row + at + line));
    const kept = <usize>(all ? 15 : i32x4.bitmask(i32x4.ne(any, i32x4.splat(0))));
    store<u16>(list, <u16>at);
    list += (kept << 1) & 2;
    store<u16>(list, <u16>(at + 4));
    list += kept & 2;
    store<u16>(list, <u16>(at + 8));
    list += (kept >> 1) & 2;
    store<u16>(list, <u16>(at + 12));
    list += (kept >> 2) & 2;
  }
  return list;
}

/**
 * One layer on `count` laid out rows -> `outputs` bytes a row.
 *
 * @param pairs of inputs, the last padded by a weight of zero
 * @param weights i16 [outputs / 16, rounded up][pairs, rounded up to four][16 outputs][2 inputs]
 * @param scales f32 of the outputs, rounded up to sixteen; so are biases
 * @param lists work space: 2 (pairs + 8) bytes for every two rows
 */
export function layerRows(
  rows: usize,
  stride: i32,
  pairs: i32,
  weights: usize,
  scales: usize,
  biases: usize,
  outputs: i32,
  count: i32,
  out: usize,
  signed: bool,
  lists: usize,
): void {
  const line = <usize>stride << 1;
  const listBytes = <usize>(pairs + 8) << 1;
  // An odd last row is computed twice. For few outputs listing does not pay: one list has all pairs.
  const all = outputs <= OUTPUTS;
  const listCount = all ? 1 : count;
  let list = lists;
  for (let n = 0; n < listCount; n += ROWS, list += listBytes) {
    const other = n + 1 < count ? line : 0;
    const end = listPairs(rows + <usize>n * line, other, pairs, all, list + 2);
    store<u16>(list, <u16>(end - list));
  }
  const block = <usize>((pairs + 3) & ~3) << 6;
  for (let first = 0; first < outputs; first += OUTPUTS, weights += block) {
    list = lists;
    for (let n = 0; n < count; n += ROWS, list += all ? 0 : listBytes) {
      const both = n + 1 < count;
      const row = rows + <usize>n * line;
      const to = out + <usize>(n * outputs + first);
      const next = both ? to + outputs : to;
      const left = outputs - first;
      const other = both ? line : 0;
      twoRows(row, other, list, weights, <usize>first, scales, biases, to, next, left, signed);
    }
  }
}

@inline
function twoRows(
  row: usize,
  line: usize,
  list: usize,
  weights: usize,
  first: usize,
  scales: usize,
  biases: usize,
  to: usize,
  next: usize,
  left: i32,
  signed: bool,
): void {
  let a0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  const end = list + load<u16>(list);
  for (list += 2; list < end; list += 2) {
    const at = <usize>load<u16>(list);
    const w = weights + (at << 4);
    const a = v128.load32_splat(row + at);
    const b = v128.load32_splat(row + at + line);
    const w0 = v128.load(w);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, w0));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, w0));
    const w1 = v128.load(w, 16);
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, w1));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, w1));
    const w2 = v128.load(w, 32);
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, w2));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(b, w2));
    const w3 = v128.load(w, 48);
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, w3));
    b3 = i32x4.add(b3, i32x4.dot_i16x8_s(b, w3));
  }
  const aLow = rounded(a0, a1, first, scales, biases);
  put(aLow, rounded(a2, a3, first + 8, scales, biases), to, left, signed);
  const bLow = rounded(b0, b1, first, scales, biases);
  put(bLow, rounded(b2, b3, first + 8, scales, biases), next, left, signed);
}
