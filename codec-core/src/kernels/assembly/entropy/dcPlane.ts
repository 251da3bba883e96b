/**
 * The DCs of a key frame: a small picture of its own, coded block by block in raster order. Each
 * value is predicted by a blend of simple predictors, weighted by how well each did in the decoded
 * neighbourhood; the residual is quantized with the frame's step and coded like a latent whose scale
 * follows from the neighbours' symbols.
 */

import { ROW } from '../inn/mixing';
import { indexOf } from './laplace';
import {
  decodeMagnitude,
  encodeMagnitude,
  initMagnitudeContexts,
  MAGNITUDE_CONTEXT_BYTES,
} from './magnitudes';
import { decodeBypass, encodeBypass } from './rangeCoder';

const PREDICTORS: i32 = 8;
/** Residuals round away from zero from here on: a small dead zone pays at every rate. */
const ROUNDING: f32 = 0.44;
const PLANES: i32 = 3;
/** Bytes of work space for a grid of `blocks`. */
export const DC_WORK_BYTES_PER_BLOCK: i32 = PLANES * (4 + PREDICTORS * 4 + 4);
/** Bytes of the DC models: one set of magnitude models for luma, one for chroma. */
export const DC_CONTEXT_BYTES: i32 = 2 * MAGNITUDE_CONTEXT_BYTES;

/** Sets the models to their initial state. */
export function initDcContexts(contexts: usize): void {
  initMagnitudeContexts(contexts);
  initMagnitudeContexts(contexts + <usize>MAGNITUDE_CONTEXT_BYTES);
}

const scaleByEnergy: usize = memory.data(256);
const guesses: usize = memory.data(PREDICTORS * 4);

/** Neighbouring energy (see `energyAround`, plus the symbol of the plane before) -> scale. */
export function initDcScales(): void {
  for (let e = 0; e < 256; e++) {
    store<u8>(scaleByEnergy + e, <u8>indexOf((<f64>e + 0.8) / 8.0));
  }
}

let values: usize = 0;
let errors: usize = 0;
let symbolsAt: usize = 0;
let gridWidth: i32 = 0;
let gridHeight: i32 = 0;
let plane: i32 = 0;

@inline
function at(x: i32, y: i32): i32 {
  return (plane * gridHeight + y) * gridWidth + x;
}

@inline
function value(x: i32, y: i32): i32 {
  return load<i32>(values + (<usize>at(x, y) << 2));
}

@inline
function energy(x: i32, y: i32): i32 {
  if (x < 0 || y < 0 || x >= gridWidth) return 0;
  const q = load<i32>(symbolsAt + (<usize>at(x, y) << 2));
  return q < 0 ? -q : q;
}

@inline
function errorOf(k: i32, x: i32, y: i32): f32 {
  if (x < 0 || y < 0 || x >= gridWidth) return 0;
  return <f32>load<i32>(errors + (<usize>(at(x, y) * PREDICTORS + k) << 2));
}

/** Magnitudes of the decoded neighbours' symbols: 2 W + 2 N + NW + NE + WW + NN. */
@inline
function energyAround(x: i32, y: i32): i32 {
  const near = energy(x - 1, y) + energy(x, y - 1);
  const diagonal = energy(x - 1, y - 1) + energy(x + 1, y - 1);
  return 2 * near + diagonal + energy(x - 2, y) + energy(x, y - 2);
}

/** How the plane before this one differs at (x, y) from the same plane at (x - dx, y - dy). */
@inline
function changeOfPlaneBefore(x: i32, y: i32, dx: i32, dy: i32): i32 {
  const own = at(x, y) - gridWidth * gridHeight;
  const other = own - dy * gridWidth - dx;
  return load<i32>(values + (<usize>own << 2)) - load<i32>(values + (<usize>other << 2));
}

/** Fills `guesses` and returns their blend. */
function predict(x: i32, y: i32, step: i32): i32 {
  if (x == 0 && y == 0) {
    for (let k = 0; k < PREDICTORS; k++) store<i32>(guesses + (<usize>k << 2), 0);
    return 0;
  }
  const n = y > 0 ? value(x, y - 1) : value(x - 1, y);
  const w = x > 0 ? value(x - 1, y) : n;
  const nw = x > 0 && y > 0 ? value(x - 1, y - 1) : x > 0 ? w : n;
  const ne = y > 0 && x + 1 < gridWidth ? value(x + 1, y - 1) : n;
  const nn = y > 1 ? value(x, y - 2) : n;
  const ww = x > 1 ? value(x - 2, y) : w;
  store<i32>(guesses, w);
  store<i32>(guesses, n, 4);
  store<i32>(guesses, w + n - nw, 8);
  store<i32>(guesses, w + ((ne - nw) >> 1), 12);
  store<i32>(guesses, w + ((w - ww) >> 1), 16);
  store<i32>(guesses, n + ((n - nn) >> 1), 20);
  // Chroma: the plane before already tells how this block differs; about a quarter of that, inverted.
  const chroma = plane > 0;
  const fromLeft = chroma && x > 0 ? w - (changeOfPlaneBefore(x, y, 1, 0) >> 2) : w;
  const fromAbove = chroma && y > 0 ? n - (changeOfPlaneBefore(x, y, 0, 1) >> 2) : n;
  store<i32>(guesses, fromLeft, 24);
  store<i32>(guesses, fromAbove, 28);
  let total: f32 = 0;
  let sum: f32 = 0;
  for (let k = 0; k < PREDICTORS; k++) {
    const e =
      errorOf(k, x - 1, y) +
      errorOf(k, x, y - 1) +
      errorOf(k, x + 1, y - 1) +
      errorOf(k, x - 1, y - 1) +
      <f32>step;
    const weight: f32 = <f32>1.0 / (e * e);
    total += weight;
    sum += weight * <f32>(load<i32>(guesses + (<usize>k << 2)) - w);
  }
  return w + <i32>f32.nearest(sum / total);
}

/**
 * Codes or parses the three DCs of every block.
 * @param target i16 [blocks][96] rows to code (unused when reading)
 * @param base i16 [blocks][96]: channels 0..2 receive the decoded DCs
 * @param work DC_WORK_BYTES_PER_BLOCK bytes a block, any content
 */
export function codeDcPlane(
  target: usize,
  base: usize,
  width: i32,
  height: i32,
  step: i32,
  work: usize,
  contexts: usize,
  read: bool,
): void {
  const blocks = width * height;
  values = work;
  errors = work + <usize>(blocks * PLANES * 4);
  symbolsAt = errors + <usize>(blocks * PLANES * PREDICTORS * 4);
  gridWidth = width;
  gridHeight = height;
  const inverse = <f32>1.0 / <f32>step;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = <usize>((y * width + x) * ROW) << 1;
      let before = 0;
      for (let p = 0; p < PLANES; p++) {
        plane = p;
        const guess = predict(x, y, step);
        const scale = <u32>load<u8>(scaleByEnergy + min(255, energyAround(x, y) + before));
        const set = contexts + (p == 0 ? 0 : <usize>MAGNITUDE_CONTEXT_BYTES);
        let q: i32;
        if (read) {
          q = decodeMagnitude(set, scale, min(2, before));
          if (q != 0 && decodeBypass(1)) q = -q;
        } else {
          const r = <i32>load<i16>(target + row + (<usize>p << 1)) - guess;
          q = <i32>f32.floor(<f32>(r < 0 ? -r : r) * inverse + ROUNDING);
          encodeMagnitude(set, scale, min(2, before), q);
          if (q) encodeBypass(r < 0 ? 1 : 0, 1);
          if (r < 0) q = -q;
        }
        const decoded = max(-32767, min(32767, guess + q * step));
        const index = <usize>at(x, y);
        store<i32>(values + (index << 2), decoded);
        store<i32>(symbolsAt + (index << 2), q);
        for (let k = 0; k < PREDICTORS; k++) {
          const miss = load<i32>(guesses + (<usize>k << 2)) - decoded;
          store<i32>(errors + ((index * PREDICTORS + k) << 2), miss < 0 ? -miss : miss);
        }
        store<i16>(base + row + (<usize>p << 1), <i16>decoded);
        before = q < 0 ? -q : q;
      }
    }
  }
}
