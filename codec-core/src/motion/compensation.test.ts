import { beforeAll, describe, expect, it } from 'vitest';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  STATE_BYTES,
  motionBlocks,
  paddedBytes,
} from './geometry.js';
import {
  type Plane,
  compensateChroma,
  compensateLuma,
  gatherState,
  padPlane,
} from '../testing/motionReference.js';
import { TestKernels } from '../testing/motionKernels.js';
import { hostileMotion, noisePlane, randomMotion } from '../testing/motionPictures.js';

let kernels: TestKernels;

beforeAll(async () => {
  kernels = await TestKernels.load();
});

/** Predicts all three planes; `spoil` runs after padding. */
function compensate(
  planes: readonly [Plane, Plane, Plane],
  motion: Int16Array,
): readonly [Uint8Array, Uint8Array, Uint8Array] {
  const [y, u, v] = planes;
  const refY = kernels.padLuma(y.data, y.width, y.height);
  const refU = kernels.padChroma(u.data, u.width, u.height);
  const refV = kernels.padChroma(v.data, v.width, v.height);
  const grid = kernels.put(motion);
  const [outY, outU, outV] = [y, u, v].map((p) => kernels.allocate(p.data.length + 16, 0xa5));
  if (outY === undefined || outU === undefined || outV === undefined) throw new Error('no output');
  kernels.run.compensate(refY, refU, refV, grid, y.width, y.height, outY, outU, outV);
  for (const [pointer, plane] of [
    [outY, y],
    [outU, u],
    [outV, v],
  ] as const) {
    expect([...kernels.get(pointer + plane.data.length, 16)]).toEqual(Array(16).fill(0xa5));
  }
  return [
    kernels.get(outY, y.data.length),
    kernels.get(outU, u.data.length),
    kernels.get(outV, v.data.length),
  ];
}

function noisePicture(w8: number, h8: number, seed: number): readonly [Plane, Plane, Plane] {
  return [
    noisePlane(w8, h8, seed),
    noisePlane(w8 / 2, h8 / 2, seed + 1),
    noisePlane(w8 / 2, h8 / 2, seed + 2),
  ];
}

describe('padPlane', () => {
  it.each([
    [8, 8, LUMA_PADDING],
    [40, 24, CHROMA_PADDING],
    [13, 7, 3],
  ])('replicates the edges of %i×%i by %i', (width, height, padding) => {
    const plane = noisePlane(width, height, 7);
    const padded = kernels.pad(plane.data, width, height, padding);
    const bytes = paddedBytes(width, height, padding);
    expect(kernels.get(padded, bytes)).toEqual(padPlane(plane, padding).data);
  });

  it('reads rows by their stride', () => {
    const plane = noisePlane(16, 8, 3);
    const source = kernels.put(plane.data);
    const padded = kernels.allocate(paddedBytes(9, 8, 2));
    kernels.run.padPlane(source, 16, 9, 8, padded, 2);
    const cropped = plane.data.filter((_, i) => i % 16 < 9);
    const expected = padPlane({ width: 9, height: 8, data: cropped }, 2);
    expect(kernels.get(padded, paddedBytes(9, 8, 2))).toEqual(expected.data);
  });
});

describe('compensate', () => {
  it('copies the reference for zero vectors', () => {
    const picture = noisePicture(64, 40, 11);
    const result = compensate(picture, new Int16Array(2 * motionBlocks(64, 40)));
    expect(result).toEqual(picture.map((plane) => plane.data));
  });

  it('agrees with the reference at all sixty-four fractional positions', () => {
    const picture = noisePicture(64, 64, 12);
    const motion = new Int16Array(2 * 64);
    for (let block = 0; block < 64; block++) {
      motion[2 * block] = (block & 7) - 4;
      motion[2 * block + 1] = (block >> 3) - 4;
    }
    const [y, u, v] = picture;
    expect(compensate(picture, motion)).toEqual([
      compensateLuma(y, motion).data,
      compensateChroma(u, motion).data,
      compensateChroma(v, motion).data,
    ]);
  });

  it.each([
    ['small', randomMotion, 9],
    ['leaving the picture', randomMotion, 400],
    ['hostile', hostileMotion, 0],
  ] as const)('agrees with the reference for %s vectors', (_, makeMotion, range) => {
    for (const [w8, h8] of [
      [8, 8],
      [24, 40],
      [72, 56],
    ] as const) {
      const picture = noisePicture(w8, h8, w8);
      const motion = makeMotion(motionBlocks(w8, h8), h8 + range, range);
      const [y, u, v] = picture;
      expect(compensate(picture, motion)).toEqual([
        compensateLuma(y, motion).data,
        compensateChroma(u, motion).data,
        compensateChroma(v, motion).data,
      ]);
    }
  });

  it('agrees with the reference where a 16×16 block has one vector', () => {
    const [w8, h8] = [48, 40];
    const picture = noisePicture(w8, h8, 5);
    const [y, u, v] = picture;
    for (const [mx, my] of [
      [5, 0],
      [0, -7],
      [-9, 6],
      [-32768, 32767],
      [1003, -1001],
    ] as const) {
      const motion = Int16Array.from({ length: 2 * motionBlocks(w8, h8) }, (_, i) =>
        i % 2 === 0 ? mx : my,
      );
      expect(compensate(picture, motion)).toEqual([
        compensateLuma(y, motion).data,
        compensateChroma(u, motion).data,
        compensateChroma(v, motion).data,
      ]);
    }
  });

  it('saturates at both ends', () => {
    const [w8, h8] = [16, 16];
    const data = Uint8Array.from({ length: 256 }, (_, i) => ((i >> 1) & 1) * 255);
    const plane: Plane = { width: w8, height: h8, data };
    const chroma = noisePlane(8, 8, 1);
    const motion = Int16Array.from([2, 2, 2, 2, 2, 1, 3, 2]);
    const [y] = compensate([plane, chroma, chroma], motion);
    expect(y).toEqual(compensateLuma(plane, motion).data);
    expect(Math.min(...y)).toBe(0);
    expect(Math.max(...y)).toBe(255);
  });

  it('never reads outside the padded planes', () => {
    // White planes between black canaries: a pixel fetched from a canary shows.
    const [w8, h8] = [40, 24];
    const [y, u, v] = [
      [w8, h8, LUMA_PADDING],
      [w8 / 2, h8 / 2, CHROMA_PADDING],
      [w8 / 2, h8 / 2, CHROMA_PADDING],
    ].map(([width = 0, height = 0, padding = 0]) => {
      kernels.allocate(16384, 0);
      return kernels.allocate(paddedBytes(width, height, padding), 255);
    });
    kernels.allocate(16384, 0);
    const pixels = (w8 * h8 * 3) / 2;
    const out = kernels.allocate(pixels);
    for (let seed = 0; seed < 20; seed++) {
      const motion = kernels.put(hostileMotion(motionBlocks(w8, h8), seed));
      kernels.write(out, new Uint8Array(pixels));
      kernels.run.compensate(
        y ?? 0,
        u ?? 0,
        v ?? 0,
        motion,
        w8,
        h8,
        out,
        out + w8 * h8,
        out + (w8 * h8 * 5) / 4,
      );
      expect(kernels.get(out, pixels).every((pixel) => pixel === 255)).toBe(true);
    }
  });
});

describe('gatherState', () => {
  it.each([randomMotion, hostileMotion])('follows the vectors', (makeMotion) => {
    const [columns, rows] = [9, 7];
    const motion = makeMotion(columns * rows, 21, 90);
    const state = noisePlane(STATE_BYTES, columns * rows, 4).data;
    const out = kernels.allocate(state.length + 16, 0xa5);
    const statePointer = kernels.put(state);
    const motionPointer = kernels.put(motion);
    kernels.run.gatherState(statePointer, motionPointer, columns * 8, rows * 8, out);
    expect(kernels.get(out, state.length)).toEqual(gatherState(state, motion, columns, rows));
    expect([...kernels.get(out + state.length, 16)]).toEqual(Array(16).fill(0xa5));
  });

  it('rounds half a block towards plus infinity', () => {
    const motion = Int16Array.from([16, 0, -16, 0, -17, 0]);
    const state = Uint8Array.from({ length: 48 }, (_, i) => Math.floor(i / 16));
    const out = kernels.allocate(48);
    kernels.run.gatherState(kernels.put(state), kernels.put(motion), 24, 8, out);
    expect([...kernels.get(out, 48)].filter((_, i) => i % 16 === 0)).toEqual([1, 1, 1]);
  });
});
