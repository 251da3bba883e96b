import { STEP_BITS, sse8x8 } from './distortion';
import { vectorX, vectorY } from './geometry';
import { isReachable, movedBlock, phaseStride } from './phases';

/*
 * Where the minimum of the squared error of a 16×16 block and of its 8×8 blocks should lie, by
 * parabolas through the errors at a vector and one pixel around it. Whether a search in quarter
 * pixels is worth while, and where it starts, is known before anything is interpolated.
 */

/** Errors [centre, left, right, up, down][8×8 block], one pixel apart. */
const ERRORS = memory.data(5 * 4 * 4, 4);

let current: usize = 0;
let currentStride: usize = 0;
/** Bits per squared error, the distortion at the slope of the operating point. */
let bitsPerError: f32 = 0;

/** Suggested displacement in quarter pixels, and the bits that it should save. */
export let fitX: i32 = 0;
export let fitY: i32 = 0;
export let fitGain: f32 = 0;
/** False when one of the positions around is better than the centre. */
export let fitInside: bool = false;

/** Starts on a new picture, coded with quantization step `step`. */
export function openErrorFit(cur: usize, curStride: i32, step: f32): void {
  current = cur;
  currentStride = curStride;
  bitsPerError = STEP_BITS / (step * step);
}

/**
 * Measures the errors of `width`×`height` of the four 8×8 blocks from (`bx`, `by`) on around a
 * vector; false when it lies at the end of what can be reached. Blocks not measured count nothing.
 */
export function measureErrors(bx: i32, by: i32, width: i32, height: i32, vector: u32): bool {
  const x = vectorX(vector);
  const y = vectorY(vector);
  const px = bx << 3;
  const py = by << 3;
  if (!isReachable(px, py, x - 4, y - 4) || !isReachable(px, py, x + 4, y + 4)) return false;
  // asking for the outermost blocks interpolates all that lies between them
  movedBlock(px, py, x - 4, y - 4, 16);
  movedBlock(px, py, x + 4, y + 4, 16);
  const center = movedBlock(px, py, x, y, 16);
  memory.fill(ERRORS, 0, 5 * 4 * 4);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const pixel = current + <usize>(py + 8 * j) * currentStride + (px + 8 * i);
      const source = center + 8 * j * phaseStride + 8 * i;
      const slot = ERRORS + ((<usize>(2 * j + i)) << 2);
      store<i32>(slot, sse8x8(pixel, currentStride, source, phaseStride));
      store<i32>(slot, sse8x8(pixel, currentStride, source - 1, phaseStride), 16);
      store<i32>(slot, sse8x8(pixel, currentStride, source + 1, phaseStride), 32);
      store<i32>(slot, sse8x8(pixel, currentStride, source - phaseStride, phaseStride), 48);
      store<i32>(slot, sse8x8(pixel, currentStride, source + phaseStride, phaseStride), 64);
    }
  }
  return true;
}

/** Minimum of the parabola through errors one pixel before, at and after, in quarter pixels. */
@inline
function parabola(before: f32, at: f32, after: f32): i32 {
  const curvature = before + after - at - at;
  if (curvature <= 0) return 0;
  const slope = before - after;
  const offset: f32 = (slope + slope) / curvature;
  fitGain += slope * offset * 0.0625;
  return <i32>nearest<f32>(max<f32>(min<f32>(offset, 3), -3));
}

function fit(at: f32, left: f32, right: f32, up: f32, down: f32): void {
  fitInside = at <= min<f32>(min<f32>(left, right), min<f32>(up, down));
  fitGain = 0;
  fitX = parabola(left, at, right);
  fitY = parabola(up, at, down);
  fitGain *= bitsPerError;
}

@inline
function quarterError(position: i32, quarter: i32): f32 {
  return <f32>load<i32>(ERRORS + ((<usize>(position * 4 + quarter)) << 2));
}

@inline
function wholeError(position: i32): f32 {
  const row = ERRORS + ((<usize>position) << 4);
  return <f32>(load<i32>(row) + load<i32>(row, 4) + load<i32>(row, 8) + load<i32>(row, 12));
}

/** Fits the errors measured last of one 8×8 block, 0..3 in raster order. */
export function fitQuarter(quarter: i32): void {
  fit(
    quarterError(0, quarter),
    quarterError(1, quarter),
    quarterError(2, quarter),
    quarterError(3, quarter),
    quarterError(4, quarter),
  );
}

/** Fits the errors measured last of all blocks together. */
export function fitWhole(): void {
  fit(wholeError(0), wholeError(1), wholeError(2), wholeError(3), wholeError(4));
}
