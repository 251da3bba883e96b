import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { VECTOR_LIMIT, motionBlocks } from './geometry.js';
import { TestKernels } from '../testing/motionKernels.js';
import { seededRandom } from '../testing/pictures.js';
import { hostileMotion, randomMotion } from '../testing/motionPictures.js';

const CAPACITY = 1 << 18;

let kernels: TestKernels;
let payload: number;

beforeAll(async () => {
  kernels = await TestKernels.load();
  payload = kernels.allocate(CAPACITY);
});

interface Coder {
  readonly contexts: number;
  readonly previous: number;
  readonly grid: number;
}

function createCoder(w8: number, h8: number): Coder {
  const bytes = 4 * motionBlocks(w8, h8);
  return {
    contexts: kernels.contexts(),
    previous: kernels.allocate(bytes),
    grid: kernels.allocate(bytes),
  };
}

/** Writes a grid, then makes it the previous one; returns the bits spent. */
function write(coder: Coder, motion: Int16Array, w8: number, h8: number): number {
  const { run } = kernels;
  kernels.write(coder.grid, motion);
  run.encoderStart(payload, CAPACITY);
  const before = run.encoderBits();
  run.codeMotion(coder.grid, coder.previous, w8, h8, coder.contexts, 0);
  const bits = run.encoderBits() - before;
  kernels.write(coder.previous, motion);
  return bits;
}

/** Reads a grid of `length` payload bytes, then makes it the previous one. */
function read(coder: Coder, length: number, w8: number, h8: number): Int16Array {
  const { run } = kernels;
  run.decoderStart(payload, length);
  run.codeMotion(coder.grid, coder.previous, w8, h8, coder.contexts, 1);
  const motion = kernels.getMotion(coder.grid, motionBlocks(w8, h8));
  kernels.write(coder.previous, motion);
  return motion;
}

function contextsOf(coder: Coder): Uint8Array {
  return kernels.get(coder.contexts, kernels.contextBytes);
}

/** Codes grids one after the other and expects both sides to stay equal. */
function expectRoundTrip(grids: readonly Int16Array[], w8: number, h8: number): void {
  const encoder = createCoder(w8, h8);
  const decoder = createCoder(w8, h8);
  for (const motion of grids) {
    write(encoder, motion, w8, h8);
    const length = kernels.run.encoderFinish();
    expect(length).toBeGreaterThanOrEqual(0);
    expect(read(decoder, length, w8, h8)).toEqual(motion);
  }
  expect(contextsOf(decoder)).toEqual(contextsOf(encoder));
}

/** Rectangles of constant motion over a global one. */
function structuredMotion(columns: number, rows: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  const pick = (limit: number): number => Math.floor(random() * limit);
  const vector = (): readonly [number, number] => [pick(41) - 20, pick(21) - 10];
  const motion = new Int16Array(2 * columns * rows);
  for (let shape = 0; shape < 6; shape++) {
    const [x, y] = shape === 0 ? [0, 0] : [pick(columns), pick(rows)];
    const [width, height] = shape === 0 ? [columns, rows] : [1 + pick(12), 1 + pick(12)];
    const [mx, my] = vector();
    for (let by = y; by < Math.min(y + height, rows); by++) {
      for (let bx = x; bx < Math.min(x + width, columns); bx++) {
        motion.set([mx, my], 2 * (by * columns + bx));
      }
    }
  }
  return motion;
}

describe('codeMotion', () => {
  it('round-trips independent vectors over the whole range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer(),
        fc.constantFrom(0, 1, 4, 60, 3000, VECTOR_LIMIT),
        (columns, rows, seed, range) => {
          const grids = [0, 1, 2].map((i) => randomMotion(columns * rows, seed + i, range));
          expectRoundTrip(grids, columns * 8, rows * 8);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('round-trips regions of common motion', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer(),
        (columns, rows, seed) => {
          const grids = [0, 0, 1, 1, 2].map((i) => structuredMotion(columns, rows, seed + i));
          expectRoundTrip(grids, columns * 8, rows * 8);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('round-trips opposite extremes', () => {
    const extreme = Int16Array.from({ length: 2 * 9 * 9 }, (_, i) =>
      i % 4 < 2 ? VECTOR_LIMIT : -VECTOR_LIMIT,
    );
    expectRoundTrip([extreme, extreme.map((v) => -v), extreme], 72, 72);
  });

  it('spends next to nothing on a picture that stands still', () => {
    const [w8, h8] = [640, 360];
    const coder = createCoder(w8, h8);
    const still = new Int16Array(2 * motionBlocks(w8, h8));
    const bits = Array.from({ length: 20 }, () => write(coder, still, w8, h8));
    expect(bits[0]).toBeLessThan(64);
    expect(bits[3]).toBeLessThan(20);
    expect(bits[19]).toBeLessThan(8);
  });

  it('spends next to nothing on a steady pan', () => {
    const [w8, h8] = [640, 360];
    const coder = createCoder(w8, h8);
    const pan = Int16Array.from({ length: 2 * motionBlocks(w8, h8) }, (_, i) => (i % 2 ? -1 : 3));
    const bits = Array.from({ length: 20 }, () => write(coder, pan, w8, h8));
    expect(bits[19]).toBeLessThan(8);
  });

  it('turns any bytes into vectors within the limits', () => {
    const [w8, h8] = [200, 136];
    const random = seededRandom(5);
    for (let round = 0; round < 50; round++) {
      const coder = createCoder(w8, h8);
      const byte = (): number => (round === 0 ? 0 : round === 1 ? 255 : random() * 256);
      kernels.write(payload, Uint8Array.from({ length: 4096 }, byte));
      const previous = hostileMotion(motionBlocks(w8, h8), round);
      kernels.write(coder.previous, previous);
      const first = read(coder, round * 80, w8, h8);
      const second = read(coder, 4096, w8, h8);
      const foreign = [...first, ...second].filter(
        (v) => Math.abs(v) > VECTOR_LIMIT && !previous.includes(v),
      );
      expect(foreign).toEqual([]);
    }
  });
});
