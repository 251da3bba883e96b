/*
 * Layers of the networks, on rows: u8 inputs of a row side by side as i16, times s8 weights kept as i16,
 * sums in i32, then one multiplication, one addition and one rounding in f32. Scales are powers of two
 * and sums stay below 2^24, so nothing else rounds (docs/ARCHITECTURE.md, "Integer-exact networks").
 *
 * Inputs are laid out strip by strip: rows of `stride` i16 with at least seven places to spare, because
 * every part is written eight places at a time. Parts are laid out from left to right.
 */

/** Channels of the digest that a row shows its neighbours. */
const DIGEST: i32 = 16;
const NEIGHBOURS: i32 = 8;
/** Outputs computed together: two vectors. */
const OUTPUTS: i32 = 8;

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

/**
 * One layer on `count` laid out rows -> `outputs` bytes a row.
 *
 * @param pairs of inputs, the last padded by a weight of zero
 * @param weights i16 [outputs / 8, rounded up][pairs][8 outputs][2 inputs]
 * @param scales f32 of the outputs, rounded up to eight; so are biases
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
  signed: i32,
): void {
  const line = <usize>stride << 1;
  for (let first = 0; first < outputs; first += OUTPUTS) {
    const block = weights + (<usize>(first * pairs) << 2);
    const end = block + (<usize>pairs << 5);
    const scaleLow = v128.load(scales + (<usize>first << 2));
    const scaleHigh = v128.load(scales + (<usize>first << 2), 16);
    const biasLow = v128.load(biases + (<usize>first << 2));
    const biasHigh = v128.load(biases + (<usize>first << 2), 16);
    const left = outputs - first;
    let to = out + <usize>first;
    let n = 0;
    for (; n + 4 <= count; n += 4) {
      let x = rows + <usize>n * line;
      let a0 = i32x4.splat(0);
      let b0 = i32x4.splat(0);
      let a1 = i32x4.splat(0);
      let b1 = i32x4.splat(0);
      let a2 = i32x4.splat(0);
      let b2 = i32x4.splat(0);
      let a3 = i32x4.splat(0);
      let b3 = i32x4.splat(0);
      for (let w = block; w < end; w += 32) {
        const low = v128.load(w);
        const high = v128.load(w, 16);
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
        x += 4;
      }
      const s = signed != 0;
      put(rounded(a0, b0, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
      to += outputs;
      put(rounded(a1, b1, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
      to += outputs;
      put(rounded(a2, b2, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
      to += outputs;
      put(rounded(a3, b3, scaleLow, scaleHigh, biasLow, biasHigh, s), to, left);
      to += outputs;
    }
    for (; n < count; n++) {
      let x = rows + <usize>n * line;
      let a = i32x4.splat(0);
      let b = i32x4.splat(0);
      for (let w = block; w < end; w += 32) {
        const pair = v128.load32_splat(x);
        a = i32x4.add(a, i32x4.dot_i16x8_s(pair, v128.load(w)));
        b = i32x4.add(b, i32x4.dot_i16x8_s(pair, v128.load(w, 16)));
        x += 4;
      }
      put(rounded(a, b, scaleLow, scaleHigh, biasLow, biasHigh, signed != 0), to, left);
      to += outputs;
    }
  }
}
