import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/pictures.js';
import { Kernels, type Pointer } from './kernels.js';

const ROW = 96;
const STEP = 64;
const BLOCKS = 3;

let kernels: Kernels;
let prices: Pointer;
beforeAll(() => {
  kernels = Kernels.create(
    new WebAssembly.Module(
      readFileSync(new URL('../../dist/assets/kernels.wasm', import.meta.url)),
    ),
  );
  prices = kernels.allocate(4 * BLOCKS);
});

/** Prices of three blocks side by side: flat, slightly and strongly textured. */
function pricesOfTextures(): Float32Array {
  const width = 8 * BLOCKS;
  const luma = kernels.allocate(width * 8);
  const list = kernels.allocate(4 * BLOCKS);
  kernels.int32(list, BLOCKS).set([0, 1, 2]);
  const random = seededRandom(3);
  const pixels = kernels.bytes(luma, width * 8);
  pixels.forEach((_, i) => {
    const contrast = [0, 20, 200][Math.floor((i % width) / 8)] ?? 0;
    pixels[i] = 128 + contrast * (random() - 0.5);
  });
  kernels.run.blockPrices(luma, BLOCKS, list, BLOCKS, prices);
  return kernels.float32(prices, BLOCKS).slice();
}

/** Symbols of one row in which every coefficient differs from its prediction by `steps`. */
function symbolsOfRow(steps: number, price: number, lossless = false): Int16Array {
  const rows = { target: 0, base: 0, symbols: 0 };
  for (const name of ['target', 'base', 'symbols'] as const) rows[name] = kernels.allocate(2 * ROW);
  const list = kernels.allocate(4);
  const heads = kernels.allocate(2 * ROW);
  const row = (pointer: Pointer): Int16Array =>
    new Int16Array(kernels.run.memory.buffer, pointer, ROW);
  row(rows.target).fill(Math.round(steps * STEP));
  kernels.bytes(heads + ROW, ROW).fill(5);
  kernels.float32(prices, 1).fill(price);
  const step = lossless ? 1 : STEP;
  kernels.run.quantizeGroup(
    rows.target,
    rows.base,
    list,
    1,
    0,
    ROW,
    heads,
    heads + ROW,
    step,
    lossless ? 1 : 0,
    prices,
    rows.symbols,
  );
  return row(rows.symbols).slice();
}

const nonZero = (symbols: Int16Array): number => symbols.reduce((n, q) => n + (q === 0 ? 0 : 1), 0);

describe('perceptual prices', () => {
  it('rise with the texture of a block, from below to above the usual', () => {
    const [flat = 0, slight = 0, strong = 0] = pricesOfTextures();
    expect(flat).toBeGreaterThan(0.5);
    expect(flat).toBeLessThan(slight);
    expect(slight).toBeLessThan(strong);
    expect(flat).toBeLessThan(1);
    expect(strong).toBeGreaterThan(1);
  });

  it('leave out more coefficients in texture, none beyond half a step in any block', () => {
    const counts = [0.7, 1, 1.5].map((price) => nonZero(symbolsOfRow(1, price)));
    expect(counts[0]).toBeGreaterThan(counts[2] ?? 0);
    expect(counts[1]).toBeGreaterThanOrEqual(counts[2] ?? 0);
    expect(nonZero(symbolsOfRow(0.5, 0.01))).toBe(0);
    expect(nonZero(symbolsOfRow(3, 1.5))).toBe(ROW);
  });

  it('leave out fine luma detail before coarse', () => {
    const symbols = symbolsOfRow(1, 1);
    const luma = [0, ...range(3, 8), ...range(12, 27), ...range(41, 84)].map((c) => symbols[c]);
    const [coarse, fine] = [luma.slice(0, 21), luma.slice(-21)].map(
      (part) => part.filter((q) => q !== 0).length,
    );
    expect(coarse).toBeGreaterThan(fine ?? 0);
  });

  it('do not touch the lossless point', () => {
    const symbols = symbolsOfRow(0.2, 1.5, true);
    expect([...symbols]).toEqual(Array.from({ length: ROW }, () => Math.round(0.2 * STEP)));
  });

  it('make the same error worth more in a smooth block', () => {
    const target = kernels.allocate(2 * 2 * ROW);
    const base = kernels.allocate(2 * 2 * ROW);
    const gains = kernels.allocate(4 * 2);
    new Int16Array(kernels.run.memory.buffer, target, 2 * ROW).fill(2 * STEP);
    kernels.float32(prices, 2).set([0.7, 1.5]);
    kernels.run.codingGains(target, base, 2, STEP, prices, 0, gains);
    const [smooth = 0, textured = 0] = kernels.float32(gains, 2);
    expect(smooth).toBeGreaterThan(textured);
  });
});

describe('prices by lifetime', () => {
  it('are dearer where the source of a block was coded, cheaper where it was copied', () => {
    const flags = kernels.allocate(BLOCKS);
    const motion = kernels.allocate(4 * BLOCKS);
    const list = kernels.allocate(4 * BLOCKS);
    kernels.bytes(flags, BLOCKS).set([1, 0, 0]);
    // The second block comes from the first, the last from beyond the edge, where the third ends.
    kernels.int16(motion, 2 * BLOCKS).set([0, 0, -32, 0, 64, 64]);
    kernels.int32(list, BLOCKS).set([0, 1, 2]);
    kernels.float32(prices, BLOCKS).set([1, 2, 1]);
    kernels.run.priceLifetimes(prices, list, BLOCKS, flags, motion, BLOCKS, 1);
    const [coded = 0, moved = 0, copied = 0] = kernels.float32(prices, BLOCKS);
    expect(coded).toBeGreaterThan(1);
    expect(moved).toBe(2 * coded);
    expect(copied).toBeLessThan(1);
  });
});

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}
