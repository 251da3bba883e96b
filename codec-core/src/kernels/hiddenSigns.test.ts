import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/pictures.js';
import { Kernels, type Pointer } from './kernels.js';

const ROW = 96;
const STEP = 64;
const PAYLOAD_BYTES = 1 << 18;
/** Chroma of the third group: a bit has the same price in every block. */
const FIRST = 27;
const SIZE = 14;
const PRICE = 1.1;
/** Squared steps that a bit is worth. */
const BIT = PRICE / 7.5;
/** Bits of the register that an odd magnitude turns over, by channel. */
const COLUMNS = [
  0x2d, 0x37, 0x23, 0x3b, 0x29, 0x3d, 0x35, 0x27, 0x31, 0x2b, 0x3f, 0x25, 0x39, 0x2f, 0x33, 0x21,
];

let module: WebAssembly.Module;
beforeAll(() => {
  module = new WebAssembly.Module(
    readFileSync(new URL('../../dist/assets/kernels.wasm', import.meta.url)),
  );
});

/** One pass of a group; residuals in steps and symbols by row and channel. */
class Pass {
  readonly #kernels = Kernels.create(module);
  readonly #rows: number;
  readonly #tables: Record<'target' | 'base' | 'symbols', Pointer>;
  readonly #list: Pointer;
  readonly #means: Pointer;
  readonly #scales: Pointer;
  readonly #prices: Pointer;
  readonly #contexts: Pointer;
  readonly #payload: Pointer;

  constructor(rows: number, scale: number) {
    const kernels = this.#kernels;
    const table = (): Pointer => kernels.allocate(2 * ROW * rows);
    this.#rows = rows;
    this.#tables = { target: table(), base: table(), symbols: table() };
    this.#list = kernels.allocate(4 * rows);
    this.#means = kernels.allocate(SIZE * rows);
    this.#scales = kernels.allocate(SIZE * rows);
    this.#prices = kernels.allocate(4 * rows);
    this.#contexts = kernels.allocate(kernels.constant('LATENT_CONTEXT_BYTES'));
    this.#payload = kernels.allocate(PAYLOAD_BYTES);
    kernels.int32(this.#list, rows).set(Array.from({ length: rows }, (_, i) => i));
    kernels.bytes(this.#scales, SIZE * rows).fill(scale);
  }

  quantize(residuals: readonly number[]): readonly number[] {
    const { target, base, symbols } = this.#tables;
    const values = this.#kernels.int16(target, ROW * this.#rows);
    residuals.forEach((r, i) => (values[placeOf(i)] = Math.round(r * STEP)));
    const { run } = this.#kernels;
    run.clearSigns();
    run.quantizeGroup(
      target,
      base,
      this.#list,
      this.#rows,
      FIRST,
      SIZE,
      this.#means,
      this.#scales,
      STEP,
      0,
      this.#prices,
      symbols,
    );
    return this.#symbols();
  }

  /** Bits of the symbols, with signs hidden or without, and the symbols that a decoder reads from them. */
  code(hide: boolean): { bits: number; read: readonly number[] } {
    const { run } = this.#kernels;
    run.encoderStart(this.#payload, PAYLOAD_BYTES);
    this.#code(hide, false);
    const bits = run.encoderBits();
    const written = this.#symbols();
    run.decoderStart(this.#payload, run.encoderFinish());
    const table = this.#kernels.int16(this.#tables.symbols, ROW * this.#rows);
    table.fill(0);
    this.#code(hide, true);
    const read = this.#symbols();
    written.forEach((q, i) => (table[placeOf(i)] = q));
    return { bits, read };
  }

  #code(hide: boolean, read: boolean): void {
    const { run } = this.#kernels;
    run.clearSigns();
    run.initLatentContexts(this.#contexts);
    run.codeGroup(
      this.#tables.symbols,
      this.#list,
      this.#rows,
      FIRST,
      SIZE,
      this.#scales,
      this.#contexts,
      hide ? 1 : 0,
      read ? 1 : 0,
    );
  }

  #symbols(): readonly number[] {
    const table = this.#kernels.int16(this.#tables.symbols, ROW * this.#rows);
    return Array.from({ length: SIZE * this.#rows }, (_, i) => table[placeOf(i)] ?? 0);
  }
}

function placeOf(i: number): number {
  return ROW * Math.floor(i / SIZE) + FIRST + (i % SIZE);
}

/** A residual as the lifting units hold it. */
function held(r: number): number {
  return Math.round(r * STEP) / STEP;
}

/** Residuals of a Laplace law. */
function laplacian(seed: number, count: number, scale: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const u = random() - 0.5;
    return held(-scale * Math.sign(u) * Math.log(1 - 2 * Math.abs(u)));
  });
}

describe('hidden signs', () => {
  it('come back, whatever the residuals', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(0.1, 0.5, 2, 60, 500),
        fc.integer({ min: 0, max: 63 }),
        (seed, spread, scale) => {
          const rows = 40;
          const pass = new Pass(rows, scale);
          const residuals = laplacian(seed, SIZE * rows, spread).map((r) =>
            Math.max(-500, Math.min(500, r)),
          );
          const symbols = pass.quantize(residuals);
          expect(pass.code(true).read).toEqual(symbols);
          residuals.forEach((r, i) => {
            const q = symbols[i] ?? 0;
            expect(q * r).toBeGreaterThanOrEqual(0);
            expect(Math.abs(q)).toBeLessThanOrEqual(Math.floor(Math.abs(r)) + 1);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('save half a bit of every symbol that is not zero', () => {
    const pass = new Pass(2000, 20);
    const symbols = pass.quantize(laplacian(1, SIZE * 2000, 1.1));
    const coded = symbols.filter((q) => q !== 0).length;
    expect(coded).toBeGreaterThan(5000);
    const saved = pass.code(false).bits - pass.code(true).bits;
    expect(saved / coded).toBeGreaterThan(0.48);
    expect(saved / coded).toBeLessThan(0.52);
  });

  it('cost less in errors than they save, also over more residuals than are settled at once', () => {
    const rows = 2000;
    const residuals = laplacian(2, SIZE * rows, 1.1);
    const pass = new Pass(rows, 20);
    const errorOf = (symbols: readonly number[]): number =>
      residuals.reduce((sum, r, i) => sum + (r - (symbols[i] ?? 0)) ** 2, 0);
    const hidden = errorOf(pass.quantize(residuals)) + BIT * pass.code(true).bits;
    const nearest = residuals.map((r) => Math.sign(r) * Math.floor(Math.abs(r) + 0.35));
    pass.quantize(nearest);
    const plain = errorOf(nearest) + BIT * pass.code(false).bits;
    expect(hidden).toBeLessThan(0.98 * plain);
  });

  it('are those of the choice that costs least, by trying all', () => {
    const scale = 20;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.6, max: 2.6, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        (sizes, seed) => {
          const random = seededRandom(seed);
          const residuals = sizes.map((a) => held(a) * (random() < 0.5 ? -1 : 1));
          const pass = new Pass(1, scale);
          const chosen = pass.quantize(residuals).slice(0, residuals.length);
          expect(cost(chosen, residuals, scale)).toBeLessThan(cheapest(residuals, scale) + 1e-4);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Errors and priced bits of symbols of one row; infinite if a hidden sign is not what it has to be. */
function cost(symbols: readonly number[], residuals: readonly number[], scale: number): number {
  const b = Math.exp(-3.2 + 0.165 * scale);
  const tail = (m: number): number => Math.exp(-(m - 0.5) / b);
  let register = 0;
  let sum = 0;
  symbols.forEach((q, channel) => {
    const magnitude = Math.abs(q);
    sum += ((residuals[channel] ?? 0) - q) ** 2;
    if (magnitude === 0) {
      sum -= BIT * Math.log2(1 - tail(1));
      return;
    }
    sum -= BIT * (Math.log2((tail(1) - tail(2)) / 2) - (Math.LOG2E / b) * (magnitude - 1));
    if (magnitude % 2 === 1) register ^= COLUMNS[channel] ?? 0;
    if (channel % 2 === 0) return;
    sum -= BIT;
    if (register % 2 !== (q < 0 ? 1 : 0)) sum = Infinity;
    register >>= 1;
  });
  return sum;
}

/** Least cost over all choices of zero and the whole numbers around each residual. */
function cheapest(residuals: readonly number[], scale: number): number {
  let least = Infinity;
  const symbols: number[] = [];
  const visit = (i: number): void => {
    const r = residuals[i];
    if (r === undefined) {
      least = Math.min(least, cost(symbols, residuals, scale));
      return;
    }
    const low = Math.floor(Math.abs(r));
    for (const magnitude of new Set([0, Math.max(0, low - 1), low, low + 1])) {
      symbols[i] = Math.sign(r) * magnitude;
      visit(i + 1);
    }
  };
  visit(0);
  return least;
}
