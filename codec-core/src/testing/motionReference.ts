/**
 * Slow, readable definition of motion compensation. The kernels must agree with it bit by bit;
 * only tests run it.
 */
import { STATE_BYTES } from '../motion/geometry.js';

/** HEVC luma taps by quarter position. */
const LUMA_TAPS: readonly (readonly number[])[] = [
  [0, 0, 0, 64, 0, 0, 0, 0],
  [-1, 4, -10, 58, 17, -5, 1, 0],
  [-1, 4, -11, 40, 40, -11, 4, -1],
  [0, 1, -5, 17, 58, -10, 4, -1],
];

/** HEVC chroma taps by eighth position. */
const CHROMA_TAPS: readonly (readonly number[])[] = [
  [0, 64, 0, 0],
  [-2, 58, 10, -2],
  [-4, 54, 16, -2],
  [-6, 46, 28, -4],
  [-4, 36, 36, -4],
  [-4, 28, 46, -6],
  [-2, 16, 54, -4],
  [-2, 10, 58, -2],
];

/** 8-bit plane, tightly packed. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pixel of a plane whose edges are replicated without end. */
function pixelAt(plane: Plane, x: number, y: number): number {
  const cx = Math.min(Math.max(x, 0), plane.width - 1);
  const cy = Math.min(Math.max(y, 0), plane.height - 1);
  return plane.data[cy * plane.width + cx] ?? 0;
}

/** The plane with `padding` replicated pixels on each side. */
export function padPlane(plane: Plane, padding: number): Plane {
  const width = plane.width + 2 * padding;
  const height = plane.height + 2 * padding;
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    pixelAt(plane, (i % width) - padding, Math.floor(i / width) - padding),
  );
  return { width, height, data };
}

/** Pixel at a fractional position: `1 << precision` positions per pixel, separable taps. */
function interpolate(
  plane: Plane,
  x: number,
  y: number,
  precision: number,
  taps: readonly (readonly number[])[],
): number {
  const mask = (1 << precision) - 1;
  const across = taps[x & mask] ?? [];
  const down = taps[y & mask] ?? [];
  const first = across.length / 2 - 1;
  let sum = 0;
  down.forEach((weight, row) => {
    const py = (y >> precision) + row - first;
    across.forEach((tap, column) => {
      sum += weight * tap * pixelAt(plane, (x >> precision) + column - first, py);
    });
  });
  return Math.min(Math.max((sum + 2048) >> 12, 0), 255);
}

/** Neighbour's weight of 64 by distance from the common edge. */
const LUMA_FADE: readonly number[] = [25, 14, 5];
const CHROMA_FADE: readonly number[] = [19];

/** Geometry and interpolation of one kind of plane. */
interface PlaneKind {
  readonly blockSize: number;
  readonly precision: number;
  readonly taps: readonly (readonly number[])[];
  readonly fade: readonly number[];
}

/** Overlapped prediction of one plane. */
function compensatePlane(plane: Plane, motion: Int16Array, kind: PlaneKind): Plane {
  const { blockSize, precision, taps, fade } = kind;
  const columns = plane.width / blockSize;
  const rows = plane.height / blockSize;
  const data = plane.data.map((_, i) => {
    const x = i % plane.width;
    const y = Math.floor(i / plane.width);
    const bx = Math.floor(x / blockSize);
    const by = Math.floor(y / blockSize);
    const moved = (block: number): number => {
      const mx = motion[2 * block] ?? 0;
      const my = motion[2 * block + 1] ?? 0;
      return interpolate(plane, (x << precision) + mx, (y << precision) + my, precision, taps);
    };
    const own = by * columns + bx;
    const last = blockSize - 1;
    // Above, below, left, right: is there a neighbour, which, and how far is its edge?
    const sides: readonly (readonly [boolean, number, number])[] = [
      [by > 0, own - columns, y % blockSize],
      [by + 1 < rows, own + columns, last - (y % blockSize)],
      [bx > 0, own - 1, x % blockSize],
      [bx + 1 < columns, own + 1, last - (x % blockSize)],
    ];
    let value = moved(own);
    for (const [exists, block, distance] of sides) {
      const differs =
        motion[2 * block] !== motion[2 * own] || motion[2 * block + 1] !== motion[2 * own + 1];
      const weight = fade[distance] ?? 0;
      if (exists && differs && weight > 0) value += ((moved(block) - value) * weight + 32) >> 6;
    }
    return value;
  });
  return { width: plane.width, height: plane.height, data };
}

/** Prediction of a luma plane: 8×8 blocks, quarter pixels. */
export function compensateLuma(plane: Plane, motion: Int16Array): Plane {
  const kind = { blockSize: 8, precision: 2, taps: LUMA_TAPS, fade: LUMA_FADE };
  return compensatePlane(plane, motion, kind);
}

/** Prediction of a chroma plane: 4×4 blocks, the same vectors in eighth pixels. */
export function compensateChroma(plane: Plane, motion: Int16Array): Plane {
  const kind = { blockSize: 4, precision: 3, taps: CHROMA_TAPS, fade: CHROMA_FADE };
  return compensatePlane(plane, motion, kind);
}

/** State rows of the blocks nearest to where the vectors point. */
export function gatherState(
  state: Uint8Array,
  motion: Int16Array,
  columns: number,
  rows: number,
): Uint8Array {
  return state.map((_, i) => {
    const block = Math.floor(i / STATE_BYTES);
    const bx = (block % columns) + (((motion[2 * block] ?? 0) + 16) >> 5);
    const by = Math.floor(block / columns) + (((motion[2 * block + 1] ?? 0) + 16) >> 5);
    const sx = Math.min(Math.max(bx, 0), columns - 1);
    const sy = Math.min(Math.max(by, 0), rows - 1);
    return state[(sy * columns + sx) * STATE_BYTES + (i % STATE_BYTES)] ?? 0;
  });
}
