/**
 * An erasure code over GF(2⁸): to `count` parts of a frame come parities, each a sum of all parts times
 * factors of a Cauchy matrix. Every square part of such a matrix is regular, so any `count` of parts and
 * parities give all parts back (Blömer et al., "An XOR-Based Erasure-Resilient Coding Scheme", 1995).
 */

/** x⁸ + x⁴ + x³ + x² + 1, of which x is a generator. */
const POLYNOMIAL = 0x11d;
/** Numbers but 0; of parts and parities together there are so many at most. */
const ORDER = 255;

/** Powers of the generator, twice in a row, and the exponent of each number but 0. */
const [POWERS, EXPONENTS] = createTables();

function createTables(): [Uint8Array, Uint8Array] {
  const powers = new Uint8Array(2 * ORDER);
  const exponents = new Uint8Array(ORDER + 1);
  let power = 1;
  for (let exponent = 0; exponent < ORDER; exponent += 1) {
    powers[exponent] = power;
    powers[exponent + ORDER] = power;
    exponents[power] = exponent;
    power <<= 1;
    if (power > ORDER) power ^= POLYNOMIAL;
  }
  return [powers, exponents];
}

const exponentOf = (value: number): number => EXPONENTS[value] ?? 0;
const powerOf = (exponent: number): number => POWERS[exponent % ORDER] ?? 0;

/** 1 / (x − y) with x = 255 − parity and y = part, which differ: x is above every part's number. */
function factorOf(parity: number, part: number): number {
  return powerOf(ORDER - exponentOf((ORDER - parity) ^ part));
}

/** target += factor × source, over the source's length */
function addScaled(target: Uint8Array, source: Uint8Array, factor: number): void {
  if (factor === 0) return;
  const exponent = exponentOf(factor);
  for (let i = 0; i < source.length; i += 1) {
    const byte = source[i] ?? 0;
    if (byte === 0) continue;
    target[i] = (target[i] ?? 0) ^ (POWERS[exponent + (EXPONENTS[byte] ?? 0)] ?? 0);
  }
}

/**
 * One parity of the parts.
 *
 * @param parts each at most `size` bytes; shorter ones count as filled up with zeros
 * @param parity its number, from 0; parts and parities together are at most 255
 */
export function parityOf(parts: readonly Uint8Array[], size: number, parity: number): Uint8Array {
  const sum = new Uint8Array(size);
  for (const [part, bytes] of parts.entries()) addScaled(sum, bytes, factorOf(parity, part));
  return sum;
}

/** One equation for what is missing: the sum of missing parts times factors. */
interface Equation {
  readonly factors: Uint8Array;
  readonly sum: Uint8Array;
}

/**
 * All parts, each of `size` bytes.
 *
 * @param known any `count` of parts (from 0) and parities (from `count`), by their number
 */
export function restoreParts(
  known: ReadonlyMap<number, Uint8Array>,
  count: number,
  size: number,
): Uint8Array[] {
  const numbers = Array.from({ length: count }, (_, part) => part);
  const missing = numbers.filter((part) => !known.has(part));
  const parities = [...known].filter(([number]) => number >= count).slice(0, missing.length);
  const equations = parities.map(([number, bytes]): Equation => {
    const parity = number - count;
    const sum = bytes.slice();
    for (const [part, data] of known) {
      if (part < count) addScaled(sum, data, factorOf(parity, part));
    }
    return { factors: Uint8Array.from(missing, (part) => factorOf(parity, part)), sum };
  });
  solve(equations);
  const found = new Map(missing.map((part, i) => [part, equations[i]?.sum]));
  return numbers.map((part) => known.get(part) ?? found.get(part) ?? new Uint8Array(size));
}

/** Gauss and Jordan; without a search for pivots, as no leading minor of a Cauchy matrix is 0. */
function solve(equations: readonly Equation[]): void {
  for (const [column, { factors, sum }] of equations.entries()) {
    scale(factors, sum, column);
    for (const other of equations) {
      const factor = other.factors[column] ?? 0;
      if (other.factors === factors) continue;
      addScaled(other.factors, factors, factor);
      addScaled(other.sum, sum, factor);
    }
  }
}

/** Makes the factor of a column 1. */
function scale(factors: Uint8Array, sum: Uint8Array, column: number): void {
  const exponent = ORDER - exponentOf(factors[column] ?? 1);
  for (const bytes of [factors, sum]) {
    for (const [i, byte] of bytes.entries()) {
      bytes[i] = byte === 0 ? 0 : powerOf(exponent + exponentOf(byte));
    }
  }
}
