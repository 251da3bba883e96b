import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/pictures.js';
import { Kernels } from './kernels.js';

let module: WebAssembly.Module;
beforeAll(() => {
  module = new WebAssembly.Module(
    readFileSync(new URL('../../dist/assets/kernels.wasm', import.meta.url)),
  );
});

const ROW = 96;

describe('memory', () => {
  it('is zeroed when it is handed out again', () => {
    const kernels = Kernels.create(module);
    const first = kernels.allocate(300_000);
    kernels.bytes(first, 300_000).fill(7);
    kernels.recycle();
    const size = kernels.run.memory.buffer.byteLength;
    const again = [kernels.allocate(1000), kernels.allocate(250_000)];
    expect(again[0]).toBe(first);
    expect(kernels.run.memory.buffer.byteLength).toBe(size);
    expect(kernels.bytes(first, 251_000).every((byte) => byte === 0)).toBe(true);
    const rest = kernels.allocate(200_000);
    expect(kernels.bytes(rest, 200_000).every((byte) => byte === 0)).toBe(true);
  });
});

describe('latent symbols', () => {
  it('come back from the range coder, whatever the scales say', () => {
    const kernels = Kernels.create(module);
    const rows = 40;
    const symbols = kernels.allocate(2 * ROW * rows);
    const list = kernels.allocate(4 * rows);
    const scales = kernels.allocate(55 * rows);
    const contexts = kernels.allocate(kernels.constant('LATENT_CONTEXT_BYTES'));
    const capacity = 1 << 17;
    const payload = kernels.allocate(capacity);
    kernels.int32(list, rows).set(Array.from({ length: rows }, (_, i) => i));
    const { run } = kernels;
    const table = (): Int16Array => new Int16Array(run.memory.buffer, symbols, ROW * rows);
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(0, 1, 3, 40, 900, 32767),
        fc.constantFrom(3, 9, 29, 55),
        (seed, range, size) => {
          const random = seededRandom(seed);
          const written = Int16Array.from({ length: ROW * rows }, () =>
            Math.round((random() * 2 - 1) ** 3 * range),
          );
          table().set(written);
          const random2 = seededRandom(seed + 1);
          kernels
            .bytes(scales, size * rows)
            .set(Array.from({ length: size * rows }, () => Math.floor(random2() * 64)));
          run.initLatentContexts(contexts);
          run.encoderStart(payload, capacity);
          run.codeGroup(symbols, list, rows, 0, size, scales, contexts, 0, 0);
          const bits = run.encoderBits();
          const length = run.encoderFinish();
          expect(length).toBeGreaterThanOrEqual(0);
          expect(8 * length).toBeLessThan(bits + 16);
          table().fill(0);
          run.initLatentContexts(contexts);
          run.decoderStart(payload, length);
          run.codeGroup(symbols, list, rows, 0, size, scales, contexts, 0, 1);
          const read = table();
          for (let r = 0; r < rows; r++) {
            const at = r * ROW;
            expect(read.subarray(at, at + size)).toEqual(written.subarray(at, at + size));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cost little where the scale is right', () => {
    const kernels = Kernels.create(module);
    const rows = 400;
    const size = 55;
    const symbols = kernels.allocate(2 * ROW * rows);
    const list = kernels.allocate(4 * rows);
    const scales = kernels.allocate(size * rows);
    const contexts = kernels.allocate(kernels.constant('LATENT_CONTEXT_BYTES'));
    const payload = kernels.allocate(1 << 16);
    kernels.int32(list, rows).set(Array.from({ length: rows }, (_, i) => i));
    kernels.run.initLatentContexts(contexts);
    kernels.run.encoderStart(payload, 1 << 16);
    kernels.run.codeGroup(symbols, list, rows, 0, size, scales, contexts, 0, 0);
    // 22,000 zeros at the smallest scale.
    expect(kernels.run.encoderBits()).toBeLessThan(60);
  });
});

describe('mixing', () => {
  const width = 48;
  const height = 32;
  const blocks = (width * height) / 64;
  const bytes = (width * height * 3) / 2;

  function mixed(
    kernels: Kernels,
    picture: Uint8Array,
    fraction: number,
  ): { rows: Int16Array; unmix: () => Uint8Array } {
    const y = kernels.allocate(bytes);
    const u = y + width * height;
    const v = u + (width * height) / 4;
    const list = kernels.allocate(4 * blocks);
    const rows = kernels.allocate(2 * ROW * blocks);
    kernels.int32(list, blocks).set(Array.from({ length: blocks }, (_, i) => i));
    kernels.bytes(y, bytes).set(picture);
    const grid = width / 8;
    const { run } = kernels;
    run.mixBlocks(y, u, v, width, width / 2, grid, list, blocks, rows, fraction);
    return {
      rows: new Int16Array(run.memory.buffer, rows, ROW * blocks),
      unmix: () => {
        kernels.bytes(y, bytes).fill(77);
        run.unmixBlocks(rows, list, blocks, y, u, v, width, width / 2, grid, fraction);
        return kernels.bytes(y, bytes).slice();
      },
    };
  }

  it('is undone bit by bit, with and without fraction bits', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0, 4), fc.boolean(), (seed, fraction, extreme) => {
        const random = seededRandom(seed);
        const picture = Uint8Array.from({ length: bytes }, () =>
          extreme ? (random() < 0.5 ? 0 : 255) : random() * 256,
        );
        const kernels = Kernels.create(module);
        expect(mixed(kernels, picture, fraction).unmix()).toEqual(picture);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the energy of luma and doubles that of chroma', () => {
    const random = seededRandom(5);
    const picture = Uint8Array.from({ length: bytes }, () => random() * 256);
    const { rows } = mixed(Kernels.create(module), picture, 4);
    const luma = width * height;
    const pixels = picture.reduce((sum, p, i) => sum + (p - 128) ** 2 * (i < luma ? 1 : 2), 0);
    const latents = rows.reduce((sum, c) => sum + (c / 16) ** 2, 0);
    expect(Math.abs(latents / pixels - 1)).toBeLessThan(1e-3);
  });

  it('gathers a flat picture in the three DCs', () => {
    const picture = new Uint8Array(bytes).fill(200);
    const { rows } = mixed(Kernels.create(module), picture, 4);
    expect(rows[0]).toBeCloseTo(16 * 8 * 72, -1.5);
    expect(rows[1]).toBeCloseTo(16 * 4 * 72 * Math.SQRT2, -1.5);
    expect(rows[2]).toBeCloseTo(16 * 4 * 72 * Math.SQRT2, -1.5);
    expect(Math.max(...Array.from(rows.subarray(3, ROW), Math.abs))).toBeLessThanOrEqual(8);
  });
});

describe('expected bits of residuals', () => {
  const STEP = 16;
  /** First channel of each frequency group, and bits of a residual of one step there. */
  const GROUPS = [
    [0, 0.2],
    [3, 1.5],
    [12, 1.4],
    [41, 2],
  ] as const;

  function expected(residuals: readonly (readonly number[])[], rows: readonly number[]): number {
    const kernels = Kernels.create(module);
    const bytes = 2 * ROW * residuals.length;
    const [target, base] = [kernels.allocate(bytes), kernels.allocate(bytes)];
    const list = kernels.allocate(4 * rows.length);
    kernels.int16(base, bytes / 2).fill(-7);
    kernels.int16(target, bytes / 2).set(residuals.flat().map((r) => r - 7));
    kernels.int32(list, rows.length).set(rows);
    return kernels.run.residualBits(target, base, list, rows.length, STEP);
  }

  const rowWith = (channel: number, value: number): number[] =>
    Array.from({ length: ROW }, (_, c) => (c === channel ? value : 0));

  it('are none where nothing is left, and go by group, sign aside', () => {
    expect(expected([rowWith(0, 0)], [0])).toBe(0);
    for (const [channel, bits] of GROUPS) {
      expect(expected([rowWith(channel, STEP)], [0])).toBeCloseTo(bits, 5);
      expect(expected([rowWith(channel, -STEP)], [0])).toBeCloseTo(bits, 5);
    }
  });

  it('grow with the logarithm of 1 + r², straight between powers of two', () => {
    expect(expected([rowWith(3, 2 * STEP)], [0])).toBeCloseTo(1.5 * 2.25, 5);
    expect(expected([rowWith(3, 16 * STEP)], [0])).toBeCloseTo(1.5 * Math.log2(257), 1);
  });

  it('add up over the listed rows alone', () => {
    const rows = [rowWith(3, STEP), rowWith(3, 500), rowWith(41, STEP)];
    expect(expected(rows, [0, 2])).toBeCloseTo(3.5, 5);
  });
});

describe('cost of flags', () => {
  const COLUMNS = 40;
  const ROWS = 20;
  const LINE = 10 * COLUMNS;
  const SURE = 40;

  /** Which blocks of a line stay worth coding; the first `sure` blocks of the picture are in any case. */
  function worthy(sure: number, benefits: readonly number[]): number[] {
    const kernels = Kernels.create(module);
    const count = sure + benefits.length;
    const [gains, list] = [kernels.allocate(4 * count), kernels.allocate(4 * count)];
    const flags = kernels.allocate(COLUMNS * ROWS);
    const numbers = Array.from({ length: sure }, (_, i) => i);
    kernels.float32(gains, count).set([...numbers.map(() => SURE), ...benefits]);
    kernels.int32(list, count).set([...numbers, ...benefits.map((_, i) => LINE + i)]);
    kernels.run.chargeFlags(gains, list, count, COLUMNS, ROWS, flags);
    const left = kernels.float32(gains, count).slice(sure);
    const flagged = [...kernels.bytes(flags + LINE, benefits.length)];
    expect(flagged).toEqual([...left].map((gain) => (gain > 0 ? 1 : 0)));
    return flagged;
  }

  it('is too much for one block alone in a still picture, less where much is coded', () => {
    expect(worthy(0, [0, 5, 0])).toEqual([0, 0, 0]);
    expect(worthy(400, [0, 5, 0])).toEqual([0, 1, 0]);
  });

  it('is less beside a block that is sure, and beside those chosen for that reason', () => {
    expect(worthy(200, [2, 2, 2, 2])).toEqual([0, 0, 0, 0]);
    expect(worthy(200, [SURE, 2, 2, 2])).toEqual([1, 1, 1, 1]);
  });
});
