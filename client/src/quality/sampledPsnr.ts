import { planesOf, psnrFromMse, weightedPsnr } from '@inncall/codec-core';
import type { SourceSamples } from '@inncall/sfu/protocol';
import type { Size } from '../capture/pixels.js';
import { CODE_COLUMNS, CODE_ROWS, codeCellSide } from '../latency/timeCode.js';

/** Samples that are compared of each plane. */
const COUNTS = { y: 4096, u: 1024, v: 1024 } as const;
const ALL_SAMPLES = COUNTS.y + COUNTS.u + COUNTS.v;
/** Steps of the R2 sequence (M. Roberts, 2018): points that cover a square evenly, in any number. */
const R2 = [0.7548776662466927, 0.5698402909980532] as const;
/** Moves all points from picture to picture. */
const SHIFT = 0.6180339887498949;
const TICKS_PER_MS = 10;

/** Tight I420. */
interface I420Picture extends Size {
  readonly data: Uint8Array;
}

interface Plane extends Size {
  readonly samples: Uint8Array;
}

/**
 * Samples of a captured picture, few enough to be sent to whoever shows it.
 *
 * @param drawnAt the time drawn into it, ms: chooses the places, which leave the drawn code out
 */
export function takeSamples(picture: I420Picture, drawnAt: number): SourceSamples {
  const values = samplesOf(picture, picture, drawnAt);
  return {
    width: picture.width,
    height: picture.height,
    values: btoa(String.fromCharCode(...values)),
  };
}

/**
 * PSNR, (6Y + U + V) / 8 in dB, of a shown picture, estimated from samples of the captured one. A
 * smaller picture counts as what the screen makes of it: enlarged by bilinear interpolation.
 *
 * @returns `undefined` where the samples are not as {@link takeSamples} makes them
 */
export function sampledPsnr(
  shown: I420Picture,
  source: SourceSamples,
  drawnAt: number,
): number | undefined {
  const expected = Uint8Array.from(atob(source.values), (character) => character.charCodeAt(0));
  if (expected.length !== ALL_SAMPLES) return undefined;
  const actual = samplesOf(shown, source, drawnAt);
  const psnr = (from: number, count: number): number => {
    let sum = 0;
    for (let i = from; i < from + count; i += 1) {
      sum += ((actual[i] ?? 0) - (expected[i] ?? 0)) ** 2;
    }
    return psnrFromMse(sum / count);
  };
  return weightedPsnr({
    y: psnr(0, COUNTS.y),
    u: psnr(COUNTS.y, COUNTS.u),
    v: psnr(COUNTS.y + COUNTS.u, COUNTS.v),
  });
}

/** Values of a picture at the places that belong to the captured size. */
function samplesOf(picture: I420Picture, captured: Size, drawnAt: number): Uint8Array {
  const { y, u, v } = planesOf(picture);
  const whole = { from: picture, to: captured };
  const half = { from: halfOf(picture), to: halfOf(captured) };
  const values = [
    { samples: y, count: COUNTS.y, ...whole },
    { samples: u, count: COUNTS.u, ...half },
    { samples: v, count: COUNTS.v, ...half },
  ].flatMap(({ samples, count, from, to }) =>
    [...places(captured, count, drawnAt)].map(([across, down]) =>
      sampleAt(
        { width: from.width, height: from.height, samples },
        to,
        Math.floor(across * to.width),
        Math.floor(down * to.height),
      ),
    ),
  );
  return Uint8Array.from(values);
}

function halfOf({ width, height }: Size): Size {
  return { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
}

/** Points of the unit square outside of the drawn time code. */
function* places(size: Size, count: number, drawnAt: number): Generator<[number, number]> {
  const side = codeCellSide(size);
  const code = [(CODE_COLUMNS * side) / size.width, (CODE_ROWS * side) / size.height] as const;
  const shift = fraction(Math.round(drawnAt * TICKS_PER_MS) * SHIFT);
  let given = 0;
  for (let i = 1; given < count; i += 1) {
    const u = fraction(shift + i * R2[0]);
    const v = fraction(shift + i * R2[1]);
    if (u < code[0] && v < code[1]) continue;
    given += 1;
    yield [u, v];
  }
}

/** The sample at column x, row y of a grid over the plane; centres lie on centres. */
function sampleAt(plane: Plane, grid: Size, x: number, y: number): number {
  const [x0, x1, wx] = between(x, plane.width, grid.width);
  const [y0, y1, wy] = between(y, plane.height, grid.height);
  const at = (column: number, row: number) => plane.samples[row * plane.width + column] ?? 0;
  const upper = at(x0, y0) * (1 - wx) + at(x1, y0) * wx;
  const lower = at(x0, y1) * (1 - wx) + at(x1, y1) * wx;
  return Math.round(upper * (1 - wy) + lower * wy);
}

/** The two columns (or rows) of a plane beside a position on a grid over it, and the weight of the second. */
function between(index: number, from: number, to: number): [number, number, number] {
  const position = Math.max(0, ((index + 0.5) * from) / to - 0.5);
  const low = Math.min(from - 1, Math.floor(position));
  return [low, Math.min(from - 1, low + 1), position - low];
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
