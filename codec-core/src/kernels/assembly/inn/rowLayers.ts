/*
 * Layers of the networks, on rows: u8 inputs of a row side by side as i16, times s8 weights kept as i16,
 * sums in i32, then one multiplication, one addition and one rounding in f32. Scales are powers of two
 * and sums stay below 2^24, so nothing else rounds (docs/ARCHITECTURE.md, "Integer-exact networks").
 *
 * Many inputs are zero: units that are off, neighbours that are absent. Rows are taken four at a time,
 * and pairs of inputs that are zero in all four are left out: a third of them in predicted frames, a
 * quarter in key frames. (Row by row it would be 60 and 40 %, but then weights are loaded for one row
 * only, which takes longer where more than half of the pairs are left.)
 *
 * Inputs are laid out strip by strip: rows of `stride` i16 with at least seven places to spare, because
 * every part is written eight places at a time. Parts are laid out from left to right.
 */

/** Channels of the digest that a row shows its neighbours. */
const DIGEST: i32 = 16;
const NEIGHBOURS: i32 = 8;
/** Outputs computed together: two vectors. */
const OUTPUTS: i32 = 8;

/** Rows computed together. */
const ROWS: i32 = 4;

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

/** Eight sums -> eight bytes, u8 or (`signed`) s8. */
@inline
function rounded(
  low: v128,
  high: v128,
  scaleLow: v128,
  scaleHigh: v128,
  biasLow: v128,
  biasHigh: v128,
  signed: bool,
): v128 {
  const a = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(low), scaleLow), biasLow);
  const b = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(high), scaleHigh), biasHigh);
  const words = i16x8.narrow_i32x4_s(
    i32x4.trunc_sat_f32x4_s(f32x4.nearest(a)),
    i32x4.trunc_sat_f32x4_s(f32x4.nearest(b)),
  );
  return signed ? i8x16.narrow_i16x8_s(words, words) : i8x16.narrow_i16x8_u(words, words);
}

@inline
function put(bytes: v128, to: usize, count: i32): void {
  if (count >= OUTPUTS) {
    v128.store64_lane(to, bytes, 0);
  } else {
    v128.store64_lane(tail, bytes, 0);
    memory.copy(to, tail, count);
  }
}

/** Lists the pairs that are not zero in all four rows, as the bytes before them; returns the end. */
function listPairs(rows: usize, line: usize, pairs: i32, list: usize): usize {
  const end = <usize>pairs << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const x = rows + at;
    const any = v128.or(
      v128.or(v128.load(x), v128.load(x + line)),
      v128.or(v128.load(x + 2 * line), v128.load(x + 3 * line)),
    );
    let kept = i32x4.bitmask(i32x4.ne(any, i32x4.splat(0)));
    for (let pair = at; kept != 0; kept >>= 1, pair += 4) {
      store<u32>(list, <u32>pair);
      list += (kept & 1) << 2;
    }
  }
  return list;
}

/**
 * One layer on `count` laid out rows -> `outputs` bytes a row.
 *
 * @param pairs of inputs, the last padded by a weight of zero
 * @param weights i16 [outputs / 8, rounded up][pairs, rounded up to four][8 outputs][2 inputs]
 * @param scales f32 of the outputs, rounded up to eight; so are biases
 * @param list work space: 4 (pairs + 4) bytes
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
  list: usize,
): void {
  const line = <usize>stride << 1;
  const block = <usize>((pairs + 3) & ~3) << 5;
  let n = 0;
  for (; n + ROWS <= count; n += ROWS) {
    const x = rows + <usize>n * line;
    const end = listPairs(x, line, pairs, list);
    const to = out + <usize>(n * outputs);
    fourRows(x, line, list, end, weights, block, scales, biases, outputs, to, signed);
  }
  for (; n < count; n++) {
    const to = out + <usize>(n * outputs);
    oneRow(rows + <usize>n * line, pairs, weights, block, scales, biases, outputs, to, signed);
  }
}

function fourRows(
  rows: usize,
  line: usize,
  list: usize,
  end: usize,
  weights: usize,
  block: usize,
  scales: usize,
  biases: usize,
  outputs: i32,
  out: usize,
  s: bool,
): void {
  for (let first = 0; first < outputs; first += OUTPUTS, weights += block) {
    let a0 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    for (let entry = list; entry < end; entry += 4) {
      const at = <usize>load<u32>(entry);
      const low = v128.load(weights + (at << 3));
      const high = v128.load(weights + (at << 3), 16);
      const x = rows + at;
      const x0 = v128.load32_splat(x);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x0, low));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x0, high));
      const x1 = v128.load32_splat(x + line);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x1, low));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x1, high));
      const x2 = v128.load32_splat(x + 2 * line);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x2, low));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x2, high));
      const x3 = v128.load32_splat(x + 3 * line);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x3, low));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x3, high));
    }
    const scaleLow = v128.load(scales + (<usize>first << 2));
    const scaleHigh = v128.load(scales + (<usize>first << 2), 16);
    const biasLow = v128.load(biases + (<usize>first << 2));
    const biasHigh = v128.load(biases + (<usize>first << 2), 16);
    const left = outputs - first;
    let to = out + <usize>first;
    put(rounded(a0, b0, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
    to += outputs;
    put(rounded(a1, b1, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
    to += outputs;
    put(rounded(a2, b2, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
    to += outputs;
    put(rounded(a3, b3, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
  }
}

function oneRow(
  row: usize,
  pairs: i32,
  weights: usize,
  block: usize,
  scales: usize,
  biases: usize,
  outputs: i32,
  out: usize,
  signed: bool,
): void {
  for (let first = 0; first < outputs; first += OUTPUTS, weights += block) {
    let x = row;
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    const end = weights + (<usize>pairs << 5);
    for (let w = weights; w < end; w += 32) {
      const pair = v128.load32_splat(x);
      a = i32x4.add(a, i32x4.dot_i16x8_s(pair, v128.load(w)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(pair, v128.load(w, 16)));
      x += 4;
    }
    const at = <usize>first << 2;
    const bytes = rounded(
      a,
      b,
      v128.load(scales + at),
      v128.load(scales + at, 16),
      v128.load(biases + at),
      v128.load(biases + at, 16),
      signed,
    );
    put(bytes, out + <usize>first, outputs - first);
  }
}
