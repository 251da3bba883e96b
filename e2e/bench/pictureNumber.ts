/**
 * A number written into a picture so that it survives coding and scaling: a strip of cells along the
 * bottom, one pair of a dark and a bright cell per bit. Neighbouring numbers differ in one bit (Gray
 * code), so that the strip costs the codecs little.
 */

const BITS = 10;
const CELLS = 2 * BITS;
/** Share of the picture's height. */
export const STRIP_SHARE = 16 / 360;
const DARK = 48;
const BRIGHT = 208;
/** Less between the cells of a pair is no writing. */
const LEAST_CONTRAST = 60;

export const MAX_NUMBER = 2 ** BITS - 1;

/** Where the strip begins, in rows: even, like all sides of 4:2:0 pictures. */
export function stripTop(height: number): number {
  return 2 * Math.round((height * (1 - STRIP_SHARE)) / 2);
}

/** Writes `code` (0..{@link MAX_NUMBER}) into a tight I420 picture. */
export function writeNumber(
  picture: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  code: number,
): void {
  const gray = code ^ (code >> 1);
  const top = stripTop(height);
  for (let x = 0; x < width; x++) {
    const cell = Math.floor((x * CELLS) / width);
    const bit = (gray >> (cell >> 1)) & 1;
    const bright = (cell & 1) === 0 ? bit === 1 : bit === 0;
    for (let y = top; y < height; y++) picture[y * width + x] = bright ? BRIGHT : DARK;
  }
  const luma = width * height;
  const chromaWidth = width / 2;
  for (const plane of [luma, luma * 1.25]) {
    picture.fill(128, plane + (top / 2) * chromaWidth, plane + (height / 2) * chromaWidth);
  }
}

/**
 * Reads the number from one row of luma through the strip.
 * @returns undefined where the strip is not legible
 */
export function readNumber(row: Uint8Array): number | undefined {
  let gray = 0;
  const level = (cell: number): number => {
    const centre = Math.floor(((cell + 0.5) * row.length) / CELLS);
    return ((row[centre - 1] ?? 0) + (row[centre] ?? 0) + (row[centre + 1] ?? 0)) / 3;
  };
  for (let bit = 0; bit < BITS; bit++) {
    const difference = level(2 * bit) - level(2 * bit + 1);
    if (Math.abs(difference) < LEAST_CONTRAST) return undefined;
    if (difference > 0) gray |= 1 << bit;
  }
  let code = gray;
  for (let shift = gray >> 1; shift > 0; shift >>= 1) code ^= shift;
  return code;
}
