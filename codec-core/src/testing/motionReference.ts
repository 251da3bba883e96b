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

function compensatePlane(
  plane: Plane,
  motion: Int16Array,
  blockSize: number,
  precision: number,
  taps: readonly (readonly number[])[],
): Plane {
  const columns = plane.width / blockSize;
  const data = plane.data.map((_, i) => {
    const x = i % plane.width;
    const y = Math.floor(i / plane.width);
    const block = Math.floor(y / blockSize) * columns + Math.floor(x / blockSize);
    const mx = motion[2 * block] ?? 0;
    const my = motion[2 * block + 1] ?? 0;
    return interpolate(plane, (x << precision) + mx, (y << precision) + my, precision, taps);
  });
  return { width: plane.width, height: plane.height, data };
}

/** Prediction of a luma plane: 8×8 blocks, quarter pixels. */
export function compensateLuma(plane: Plane, motion: Int16Array): Plane {
  return compensatePlane(plane, motion, 8, 2, LUMA_TAPS);
}

/** Prediction of a chroma plane: 4×4 blocks, the same vectors in eighth pixels. */
export function compensateChroma(plane: Plane, motion: Int16Array): Plane {
  return compensatePlane(plane, motion, 4, 3, CHROMA_TAPS);
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
