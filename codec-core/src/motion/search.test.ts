import { beforeAll, describe, expect, it } from 'vitest';
import { motionBlocks } from './geometry.js';
import { type Plane, compensateLuma } from '../testing/motionReference.js';
import { TestKernels } from '../testing/motionKernels.js';
import { noisePlane, texturePlane } from '../testing/motionPictures.js';

let kernels: TestKernels;

beforeAll(async () => {
  kernels = await TestKernels.load();
});

interface SearchOptions {
  readonly step?: number;
  readonly effort?: number;
  readonly previous?: Int16Array;
}

/** Motion from `reference` to `current`; checks that nothing is written past the outputs. */
function search(current: Plane, reference: Plane, options: SearchOptions = {}): Int16Array {
  const { step = 16, effort = 1 } = options;
  const { width: w8, height: h8 } = current;
  const gridBytes = 4 * motionBlocks(w8, h8);
  const cur = kernels.put(current.data);
  const ref = kernels.padLuma(reference.data, w8, h8);
  const previous = kernels.put(options.previous ?? new Int16Array(gridBytes / 2));
  const contexts = kernels.contexts();
  const out = kernels.allocate(gridBytes + 16, 0xa5);
  const scratchBytes = kernels.run.motionSearchBytes(w8, h8);
  const scratch = kernels.allocate(scratchBytes + 16, 0x5a);
  kernels.run.searchMotion(
    cur,
    w8,
    ref,
    w8,
    h8,
    0.37 * step,
    previous,
    contexts,
    out,
    scratch,
    effort,
  );
  expect([...kernels.get(out + gridBytes, 16)]).toEqual(Array(16).fill(0xa5));
  expect([...kernels.get(scratch + scratchBytes, 16)]).toEqual(Array(16).fill(0x5a));
  return kernels.getMotion(out, motionBlocks(w8, h8));
}

/** Share of the chosen blocks that have the given vector. */
function motionShare(
  motion: Int16Array,
  w8: number,
  h8: number,
  vector: readonly number[],
  chosen: (bx: number, by: number) => boolean,
): number {
  const columns = w8 / 8;
  let hits = 0;
  let count = 0;
  for (let by = 0; by < h8 / 8; by++) {
    for (let bx = 0; bx < columns; bx++) {
      if (!chosen(bx, by)) continue;
      const at = 2 * (by * columns + bx);
      count++;
      if (motion[at] === vector[0] && motion[at + 1] === vector[1]) hits++;
    }
  }
  return hits / count;
}

/** Share of the blocks not at the picture's edge that have the given vector. */
function shareInside(
  motion: Int16Array,
  w8: number,
  h8: number,
  vector: readonly number[],
): number {
  const inside = (b: number, blocks: number): boolean => b >= 2 && b < blocks - 2;
  return motionShare(motion, w8, h8, vector, (bx, by) => inside(bx, w8 / 8) && inside(by, h8 / 8));
}

/** Plane data by position. */
function sampled(
  width: number,
  height: number,
  pixel: (x: number, y: number) => number,
): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) =>
    pixel(i % width, Math.floor(i / width)),
  );
}

function meanSquaredError(a: Plane, b: Plane): number {
  return a.data.reduce((sum, p, i) => sum + (p - (b.data[i] ?? 0)) ** 2, 0) / a.data.length;
}

describe('searchMotion', () => {
  const [w8, h8] = [136, 104];
  const reference = texturePlane(w8, h8, 1, 0, 0);

  it.each([
    [0, 0],
    [3, -2],
    [-7, 5],
    [12, 9],
  ])('finds a shift by (%i, %i) pixels', (dx, dy) => {
    for (const effort of [0, 1, 2]) {
      const motion = search(texturePlane(w8, h8, 1, dx, dy), reference, { effort });
      expect(shareInside(motion, w8, h8, [4 * dx, 4 * dy])).toBeGreaterThan(0.95);
    }
  });

  it.each([
    [1, 0],
    [-2, 3],
    [5, -7],
    [-13, 10],
  ])('finds a shift by (%i, %i) quarter pixels', (mx, my) => {
    for (const effort of [0, 1, 2]) {
      const moved = texturePlane(w8, h8, 1, mx / 4, my / 4);
      const motion = search(moved, reference, { effort });
      expect(shareInside(motion, w8, h8, [mx, my])).toBeGreaterThan(0.95);
    }
  });

  it('finds an object that moves over a still background', () => {
    const object = texturePlane(w8, h8, 2, 0, 0);
    const shifted = texturePlane(w8, h8, 2, 5.5, -2.25);
    const inside = (i: number): boolean => {
      const [x, y] = [i % w8, Math.floor(i / w8)];
      return x >= 40 && x < 88 && y >= 32 && y < 72;
    };
    const compose = (front: Plane): Plane => ({
      ...reference,
      data: reference.data.map((p, i) => (inside(i) ? (front.data[i] ?? 0) : p)),
    });
    const motion = search(compose(shifted), compose(object), { step: 8 });
    const errors: number[] = [];
    for (let by = 5; by < 8; by++) {
      for (let bx = 6; bx < 9; bx++) {
        const at = 2 * (by * (w8 / 8) + bx);
        errors.push(Math.abs((motion[at] ?? 0) - 22), Math.abs((motion[at + 1] ?? 0) + 9));
      }
    }
    expect(Math.max(...errors)).toBeLessThanOrEqual(1);
    expect(motion.subarray(0, 8).every((v) => v === 0)).toBe(true);
  });

  it('follows the previous motion where the picture is noise far from its source', () => {
    const noise = noisePlane(w8, h8, 3);
    const shift = 40;
    const moved: Plane = {
      ...noise,
      data: noise.data.map((_, i) => {
        const x = Math.min((i % w8) + shift, w8 - 1);
        return noise.data[Math.floor(i / w8) * w8 + x] ?? 0;
      }),
    };
    const previous = Int16Array.from({ length: 2 * motionBlocks(w8, h8) }, (_, i) =>
      i % 2 === 0 ? 4 * shift : 0,
    );
    const motion = search(moved, noise, { previous });
    const still = new Int16Array(motion.length);
    const error = meanSquaredError(compensateLuma(noise, motion), moved);
    expect(error).toBeLessThan(0.5 * meanSquaredError(compensateLuma(noise, still), moved));
  });

  it.each([
    [0, 37],
    [0, -29],
    [45, 0],
    [-52, 0],
  ])('finds a part that scrolled by (%i, %i) pixels beside one that stands still', (dx, dy) => {
    const page = noisePlane(w8 + 128, h8 + 128, 7);
    const at = (x: number, y: number): number => page.data[(y + 64) * page.width + x + 64] ?? 0;
    const scrolled: Plane = {
      width: w8,
      height: h8,
      data: sampled(w8, h8, (x, y) => (x < 16 || y < 16 ? at(x, y) : at(x + dx, y + dy))),
    };
    const before: Plane = { width: w8, height: h8, data: sampled(w8, h8, at) };
    const motion = search(scrolled, before);
    const found = motionShare(motion, w8, h8, [4 * dx, 4 * dy], (bx, by) => {
      const [x, y] = [8 * bx + dx, 8 * by + dy];
      return bx > 1 && by > 1 && x >= 0 && y >= 0 && x + 8 <= w8 && y + 8 <= h8;
    });
    expect(found).toBeGreaterThan(0.9);
    expect(motionShare(motion, w8, h8, [0, 0], (bx, by) => bx < 2 || by < 2)).toBe(1);
  });

  it('keeps a noisy still picture still', () => {
    const noise = noisePlane(w8, h8, 4);
    const noisy: Plane = {
      ...reference,
      data: reference.data.map((p, i) => Math.min(255, p + ((noise.data[i] ?? 0) & 3))),
    };
    const motion = search(noisy, reference, { step: 24 });
    expect(motion.every((v) => v === 0)).toBe(true);
  });

  it.each([
    [8, 8],
    [8, 64],
    [24, 16],
    [72, 40],
  ])('stays within reach on unrelated noise of %i×%i', (width, height) => {
    for (const effort of [0, 1, 2]) {
      const motion = search(noisePlane(width, height, 5), noisePlane(width, height, 6), {
        effort,
        step: 2,
      });
      const reachable = motion.every((v) => Math.abs(v) <= 4 * (Math.max(width, height) + 72));
      expect(reachable).toBe(true);
    }
  });

  it('gives the same result whatever the scratch memory holds', () => {
    const moved = texturePlane(w8, h8, 1, 1.25, 0.5);
    expect(search(moved, reference)).toEqual(search(moved, reference));
  });
});
