import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { stepUnits } from '../quant/points.js';
import { filteredPicture, type FilterInput } from '../testing/filterReference.js';
import { seededRandom } from '../testing/pictures.js';
import { Kernels } from './kernels.js';

const WIDTH = 48;
const HEIGHT = 40;
const COLUMNS = WIDTH / 8;
const BLOCKS = (WIDTH * HEIGHT) / 64;
const BYTES = (WIDTH * HEIGHT * 3) / 2;
const ROW = 96;
const WEIGHTS = 2 * 4 * 6 * 18;

let module: WebAssembly.Module;
beforeAll(() => {
  module = new WebAssembly.Module(
    readFileSync(new URL('../../dist/assets/kernels.wasm', import.meta.url)),
  );
});

function weightsOf(kernels: Kernels): Int16Array {
  const { run } = kernels;
  return new Int16Array(run.memory.buffer, run.filterWeights(), WEIGHTS).slice();
}

/** The kernel's output; blocks that are not listed keep the picture's values. */
function filtered(kernels: Kernels, input: FilterInput): Uint8Array {
  const { run } = kernels;
  const rows = kernels.allocate(2 * ROW * BLOCKS);
  const list = kernels.allocate(4 * BLOCKS);
  const from = kernels.allocate(BYTES);
  const to = kernels.allocate(BYTES);
  const count = input.blocks.length;
  new Int16Array(run.memory.buffer, rows, input.rows.length).set(input.rows);
  kernels.int32(list, count).set(input.blocks);
  kernels.bytes(from, BYTES).set(input.picture);
  kernels.bytes(to, BYTES).set(input.picture);
  const { qp, key } = input;
  run.filterBlocks(rows, list, count, from, to, WIDTH, HEIGHT, stepUnits(qp), qp, key ? 1 : 0);
  return kernels.bytes(to, BYTES).slice();
}

/** Samples of the listed blocks as `unmixBlocks` leaves them, each off by up to half a grey level. */
function samples(
  picture: Uint8Array,
  blocks: readonly number[],
  offset: () => number,
): Int16Array<ArrayBuffer> {
  const rows = new Int16Array(ROW * blocks.length);
  const luma = WIDTH * HEIGHT;
  for (const [n, block] of blocks.entries()) {
    const bx = block % COLUMNS;
    const by = Math.floor(block / COLUMNS);
    for (let i = 0; i < ROW; i++) {
      const j = i - 64;
      const at =
        i < 64
          ? (8 * by + (i >> 3)) * WIDTH + 8 * bx + (i & 7)
          : luma +
            (((j >> 2) & 1) * luma) / 4 +
            ((4 * by + (j >> 3)) * WIDTH) / 2 +
            4 * bx +
            (j & 3);
      rows[ROW * n + i] = 16 * (picture[at] ?? 0) + offset();
    }
  }
  return rows;
}

const all = Array.from({ length: BLOCKS }, (_, i) => i);

describe('in-loop filter', () => {
  it('is what the plain reference says, on any picture', () => {
    const kernels = Kernels.create(module);
    const weights = weightsOf(kernels);
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 63 }),
        fc.boolean(),
        fc.constantFrom(0.02, 0.2, 1),
        (seed, qp, key, contrast) => {
          const random = seededRandom(seed);
          const slope = random() * 12 - 6;
          const picture = Uint8Array.from({ length: BYTES }, (_, i) => {
            const ramp = slope * (((i % WIDTH) + Math.floor(i / WIDTH)) % 16);
            return Math.max(0, Math.min(255, 128 + ramp + 255 * contrast * (random() - 0.5)));
          });
          const blocks = all.filter(() => random() < 0.6);
          const rows = samples(picture, blocks, () => Math.floor(random() * 16));
          const input = { picture, width: WIDTH, height: HEIGHT, rows, blocks, qp, key };
          expect(filtered(kernels, input)).toEqual(filteredPicture(input, weights));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('touches no block that is not listed', () => {
    const random = seededRandom(3);
    const picture = Uint8Array.from({ length: BYTES }, () => random() * 256);
    const blocks = [7, 20];
    const rows = samples(picture, blocks, () => 8);
    const input = { picture, width: WIDTH, height: HEIGHT, rows, blocks, qp: 50, key: false };
    const out = filtered(Kernels.create(module), input);
    const changed = new Set<number>();
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      const block = Math.floor(i / WIDTH / 8) * COLUMNS + Math.floor((i % WIDTH) / 8);
      if (out[i] !== picture[i]) changed.add(block);
    }
    expect([...changed].sort((a, b) => a - b)).toEqual(blocks);
  });

  it('leaves a flat picture as it is', () => {
    const kernels = Kernels.create(module);
    for (const level of [0, 77, 255]) {
      const picture = new Uint8Array(BYTES).fill(level);
      const rows = samples(picture, all, () => 8);
      const input = { picture, width: WIDTH, height: HEIGHT, rows, blocks: all, qp: 63, key: true };
      expect(filtered(kernels, input)).toEqual(picture);
    }
  });

  it('keeps an edge far above the step, and smooths one below it', () => {
    const kernels = Kernels.create(module);
    const edge = (height: number): number => {
      const picture = Uint8Array.from({ length: BYTES }, (_, i) =>
        i < WIDTH * HEIGHT && i % WIDTH >= WIDTH / 2 ? 100 + height : 100,
      );
      const rows = samples(picture, all, () => 8);
      const input = { picture, width: WIDTH, height: HEIGHT, rows, blocks: all, qp: 34, key: true };
      const out = filtered(kernels, input);
      const middle = 20 * WIDTH + WIDTH / 2;
      return (out[middle] ?? 0) - (out[middle - 1] ?? 0);
    };
    const step = stepUnits(34) / 16;
    expect(edge(120)).toBeGreaterThan(120 - step);
    expect(edge(4)).toBeLessThan(4);
  });

  it('adds sums that fit 16 bits', () => {
    const weights = weightsOf(Kernels.create(module));
    const step = stepUnits(63);
    const limits = [(step * 26) >> 8, (step * 77) >> 8, step];
    for (let at = 0; at < WEIGHTS; at += 18) {
      const most = Array.from(weights.subarray(at, at + 18)).reduce(
        (sum, w, i) => sum + (Math.abs(w) * 2 * (limits[i % 3] ?? 0)) / 32768 + 1,
        0,
      );
      expect(most).toBeLessThan(32768);
    }
  });
});
