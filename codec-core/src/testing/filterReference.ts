/** The in-loop filter in plain numbers, as docs/BITSTREAM.md has it. */

import { stepUnits } from '../quant/points.js';

export interface FilterInput {
  /** Picture before the filter: planes Y, U, V of a size of whole blocks. */
  readonly picture: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** [blocks][96] samples before rounding, in 1/16 with 8 added. */
  readonly rows: Int16Array;
  readonly blocks: readonly number[];
  readonly qp: number;
  readonly key: boolean;
}

/** Neighbours of each group: this one and its opposite. */
const NEIGHBOURS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [-1, 1],
  [2, 0],
  [0, 2],
] as const;
const CLASSES = 6;
const CLASS_WEIGHTS = 18;

interface Plane {
  readonly first: number;
  readonly width: number;
  readonly height: number;
}

type At = (x: number, y: number) => number;

/** Pixels of a plane, repeated beyond its edges. */
function pixels(picture: Uint8Array, { first, width, height }: Plane): At {
  return (x, y) => {
    const cx = Math.min(width - 1, Math.max(0, x));
    const cy = Math.min(height - 1, Math.max(0, y));
    return picture[first + cy * width + cx] ?? 0;
  };
}

function direction(at: At, x0: number, y0: number): { kind: number; swapped: boolean } {
  const sums = [0, 0, 0, 0];
  for (let y = y0; y < y0 + 8; y++) {
    for (let x = x0; x < x0 + 8; x++) {
      for (const [i, [dx, dy]] of NEIGHBOURS.slice(0, 4).entries()) {
        const bend = Math.abs(2 * at(x, y) - at(x + dx, y + dy) - at(x - dx, y - dy));
        sums[i] = (sums[i] ?? 0) + bend;
      }
    }
  }
  const [across = 0, down = 0, falling = 0, rising = 0] = sums;
  const straight =
    Math.max(across, down) * Math.min(falling, rising) >
    Math.max(falling, rising) * Math.min(across, down);
  const pair = straight ? [across, down] : [falling, rising];
  const high = Math.max(...pair);
  const low = Math.min(...pair);
  const strength = (10 * high > 17 * low ? 1 : 0) + (2 * high > 7 * low ? 1 : 0);
  const kind = strength === 0 ? 0 : strength + (straight ? 0 : 2);
  return { kind, swapped: (pair[0] ?? 0) <= (pair[1] ?? 0) };
}

function limited(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

/** A sample after the filter. */
function filteredSample(
  sample: number,
  at: At,
  x: number,
  y: number,
  limits: readonly number[],
  weight: (group: number, limit: number) => number,
): number {
  let sum = 0;
  for (const [group, [dx, dy]] of NEIGHBOURS.entries()) {
    const a = 16 * at(x + dx, y + dy) + 8 - sample;
    const b = 16 * at(x - dx, y - dy) + 8 - sample;
    for (const [i, most] of limits.entries()) {
      const difference = limited(a, most) + limited(b, most);
      sum += (difference * weight(group, i) + 16384) >> 15;
    }
  }
  return Math.max(0, Math.min(255, (sample + sum) >> 4));
}

/** The picture after the filter; `weights` is the table of the kernel. */
export function filteredPicture(input: FilterInput, weights: Int16Array): Uint8Array {
  const { picture, width, height, rows, blocks, qp, key } = input;
  const out = picture.slice();
  const step = stepUnits(qp);
  const limits = [(step * 26) >> 8, (step * 77) >> 8, step];
  const set = Math.min(3, Math.max(0, (qp - (key ? 12 : 22)) >> 3)) + (key ? 4 : 0);
  const luma = width * height;
  const half = { width: width / 2, height: height / 2 };
  const planes: Plane[] = [
    { first: 0, width, height },
    { first: luma, ...half },
    { first: luma + luma / 4, ...half },
  ];
  for (const [n, block] of blocks.entries()) {
    const bx = block % (width / 8);
    const by = Math.floor(block / (width / 8));
    for (const [p, plane] of planes.entries()) {
      const at = pixels(picture, plane);
      const size = p === 0 ? 8 : 4;
      const { kind, swapped } =
        p === 0 ? direction(at, 8 * bx, 8 * by) : { kind: CLASSES - 1, swapped: false };
      const first = (set * CLASSES + kind) * CLASS_WEIGHTS;
      const weight = (group: number, i: number): number =>
        weights[first + (swapped ? group ^ 1 : group) * 3 + i] ?? 0;
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const sample = rows[96 * n + (p === 0 ? 8 * y + x : 64 + 8 * y + 4 * (p - 1) + x)] ?? 0;
          const px = size * bx + x;
          const py = size * by + y;
          out[plane.first + py * plane.width + px] = filteredSample(
            sample,
            at,
            px,
            py,
            limits,
            weight,
          );
        }
      }
    }
  }
  return out;
}
