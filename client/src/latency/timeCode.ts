import type { Size } from '../capture/pixels.js';

/**
 * A time drawn into a picture, so that a later look at the picture tells when
 * it was taken, whatever lies between: two rows of 16 cells in the upper left
 * corner, white for one, each as wide and high as 1/40 of the picture's width.
 *
 * First 20 bits of time in ticks of 0.1 ms (it wraps after 105 s), then a
 * CRC of 12 bits, both with the highest bit first. Light and dark lie so far
 * apart, and cells are so large, that coarse quantization and shrinking to
 * 3/8 leave them readable.
 */
export const CODE_COLUMNS = 16;
export const CODE_ROWS = 2;
const CELLS_ACROSS = 40;

const TICKS_PER_MS = 10;
const TIME_BITS = 20;
const TIME_MODULUS = 2 ** TIME_BITS;
const CRC_BITS = 12;
/** x¹² + x¹¹ + x³ + x² + x + 1 (CRC-12): finds any three wrong cells of these 32. */
const CRC_POLYNOMIAL = 0x80f;

const DARK = 16;
const LIGHT = 235;
const NEUTRAL = 128;
/** A cell whose level is nearer than this to the middle cannot be told. */
const DOUBT = 24;

/** Samples of the picture that one side of a cell takes; real-valued. */
export function codeCellSide({ width }: Pick<Size, 'width'>): number {
  return width / CELLS_ACROSS;
}

/**
 * Draws a time (ms) over the upper left corner of an I420 picture, in place.
 * Pictures narrower than 80 samples have no room for cells.
 */
export function drawTimeCode(picture: Size & { readonly data: Uint8Array }, ms: number): void {
  const { width, height, data } = picture;
  const luma = width * height;
  const side = codeCellSide(picture);
  const bits = cellsOf(ms);
  const edge = (cell: number) => Math.round(cell * side);
  for (const [cell, bit] of bits.entries()) {
    const column = cell % CODE_COLUMNS;
    const row = Math.floor(cell / CODE_COLUMNS);
    for (let y = edge(row); y < edge(row + 1); y += 1) {
      data.fill(bit ? LIGHT : DARK, y * width + edge(column), y * width + edge(column + 1));
    }
  }
  const columns = Math.ceil(edge(CODE_COLUMNS) / 2);
  for (const plane of [luma, luma * 1.25]) {
    for (let y = 0; y < Math.ceil(edge(CODE_ROWS) / 2); y += 1) {
      const start = plane + (y * width) / 2;
      data.fill(NEUTRAL, start, start + columns);
    }
  }
}

/**
 * The time that cells of these luma levels (0…255) stand for.
 *
 * @param levels one per cell, row by row
 * @param near a time at most 52 s away, ms: the code itself wraps
 * @returns `undefined` when they are not a time code, or a spoilt one
 */
export function readTimeCode(levels: ArrayLike<number>, near: number): number | undefined {
  let word = 0;
  for (let cell = 0; cell < TIME_BITS + CRC_BITS; cell += 1) {
    const level = levels[cell];
    if (level === undefined || Math.abs(level - NEUTRAL) < DOUBT) return undefined;
    word = word * 2 + (level > NEUTRAL ? 1 : 0);
  }
  const ticks = Math.floor(word / 2 ** CRC_BITS);
  if (crcOf(ticks) !== word % 2 ** CRC_BITS) return undefined;
  const wraps = Math.round((near * TICKS_PER_MS - ticks) / TIME_MODULUS);
  return (ticks + wraps * TIME_MODULUS) / TICKS_PER_MS;
}

/** Levels of the cells of an I420 picture, for {@link readTimeCode}: the mean of each one's middle. */
export function codeLevels(picture: Size & { readonly data: Uint8Array }): number[] {
  const side = codeCellSide(picture);
  return Array.from({ length: CODE_COLUMNS * CODE_ROWS }, (_, cell) => {
    const left = (cell % CODE_COLUMNS) * side;
    const top = Math.floor(cell / CODE_COLUMNS) * side;
    let sum = 0;
    let count = 0;
    for (let y = Math.floor(top + side / 4); y < top + (3 * side) / 4; y += 1) {
      for (let x = Math.floor(left + side / 4); x < left + (3 * side) / 4; x += 1) {
        sum += picture.data[y * picture.width + x] ?? NEUTRAL;
        count += 1;
      }
    }
    return sum / count;
  });
}

function cellsOf(ms: number): boolean[] {
  const ticks = modulo(Math.round(ms * TICKS_PER_MS), TIME_MODULUS);
  const word = ticks * 2 ** CRC_BITS + crcOf(ticks);
  return Array.from(
    { length: TIME_BITS + CRC_BITS },
    (_, cell) => Math.floor(word / 2 ** (TIME_BITS + CRC_BITS - 1 - cell)) % 2 === 1,
  );
}

/** The start value keeps an all-dark corner from being a valid code. */
function crcOf(ticks: number): number {
  let crc = 2 ** CRC_BITS - 1;
  for (let bit = TIME_BITS - 1; bit >= 0; bit -= 1) {
    const feedback = ((crc >> (CRC_BITS - 1)) & 1) ^ ((ticks >> bit) & 1);
    crc = ((crc << 1) & (2 ** CRC_BITS - 1)) ^ (feedback === 1 ? CRC_POLYNOMIAL : 0);
  }
  return crc;
}

function modulo(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}
