/**
 * Binarisation of magnitudes with a scale index s:
 *   h = |q| >> k, unary to ESCAPE with an adaptive model for every (s, position), then Exp-Golomb; the k
 *   low bits of |q| plainly.
 * k grows with the scale so that the unary part stays short. The models start from the Laplace law of
 * the scale index and adapt; the model of the first decision also depends on whether the two symbols
 * before it were zero.
 */

import {
  decodeBit,
  decodeBypass,
  encodeBit,
  encodeBypass,
  initModel,
} from './rangeCoder';
import { SCALE_LEVELS, scaleOf, tail } from './laplace';

export const ESCAPE: i32 = 14;
const ZERO_MODELS: i32 = 3;
const MODELS_PER_SCALE: i32 = ZERO_MODELS + ESCAPE;
/** Exp-Golomb prefixes are at most this long: |q| stays below 2^16. */
const MAX_PREFIX: i32 = 15;

/** Bytes of one set of models. */
export const MAGNITUDE_CONTEXT_BYTES: i32 = SCALE_LEVELS * MODELS_PER_SCALE * 4;

const shifts: usize = memory.data(64);

/** Number of low bits coded plainly for every scale index; call once per instance. */
export function initShifts(): void {
  for (let i = 0; i < SCALE_LEVELS; i++) {
    const b = scaleOf(i);
    let k = 0;
    while (b > 3.0 * <f64>(1 << k)) k++;
    store<u8>(shifts + i, <u8>k);
  }
}

/** Low bits of magnitudes that are coded plainly. */
@inline
export function lowBits(scale: u32): i32 {
  return <i32>load<u8>(shifts + scale);
}

/** P(h' > h | h' >= h) by the Laplace law of a scale index, in 1/65536. */
export function lawProbability(scale: i32, h: i32): u32 {
  const b = scaleOf(scale);
  const unit = <f64>(1 << lowBits(scale));
  const reach = h == 0 ? 1.0 : tail(b, <f64>h * unit);
  const p = reach <= 0 ? 0.0 : tail(b, <f64>(h + 1) * unit) / reach;
  return <u32>max(32.0, min(65504.0, Math.floor(p * 65536.0 + 0.5)));
}

/** Sets all models of one set to the Laplace law. */
export function initMagnitudeContexts(contexts: usize): void {
  for (let i = 0; i < SCALE_LEVELS; i++) {
    for (let j = 0; j < MODELS_PER_SCALE; j++) {
      const h = max(0, j - ZERO_MODELS + 1);
      initModel(contexts + <usize>((i * MODELS_PER_SCALE + j) * 4), lawProbability(i, h));
    }
  }
}

@inline
function modelOf(contexts: usize, scale: u32, h: i32, busy: i32): usize {
  const j = h == 0 ? busy : ZERO_MODELS - 1 + h;
  return contexts + <usize>((<i32>scale * MODELS_PER_SCALE + j) * 4);
}

/**
 * Codes a magnitude of which the unary part is known to reach `from`.
 * @param busy how many of the two symbols before were not zero, 0..2
 */
@inline
export function encodeMagnitude(
  contexts: usize,
  scale: u32,
  busy: i32,
  magnitude: i32,
  from: i32 = 0,
): void {
  const target = magnitude >> lowBits(scale);
  let h = from;
  while (h < ESCAPE) {
    const more: u32 = target > h ? 1 : 0;
    encodeBit(modelOf(contexts, scale, h, busy), more);
    if (!more) return encodeLowBits(scale, magnitude);
    h++;
  }
  const rest = target - ESCAPE + 1;
  const prefix = 31 - <i32>clz(<u32>rest);
  for (let i = 0; i < prefix; i++) encodeBypass(1, 1);
  if (prefix < MAX_PREFIX) encodeBypass(0, 1);
  encodeBypass(<u32>rest & ((1 << prefix) - 1), prefix);
  encodeLowBits(scale, magnitude);
}

@inline
export function decodeMagnitude(contexts: usize, scale: u32, busy: i32, from: i32 = 0): i32 {
  let h = from;
  while (h < ESCAPE) {
    if (!decodeBit(modelOf(contexts, scale, h, busy))) return decodeLowBits(scale, h);
    h++;
  }
  let prefix = 0;
  while (prefix < MAX_PREFIX && decodeBypass(1)) prefix++;
  return decodeLowBits(scale, h + (1 << prefix) + <i32>decodeBypass(prefix) - 1);
}

@inline
export function encodeLowBits(scale: u32, magnitude: i32): void {
  const k = lowBits(scale);
  if (k) encodeBypass(<u32>magnitude & ((1 << k) - 1), k);
}

/** A magnitude from its unary part. */
@inline
export function decodeLowBits(scale: u32, h: i32): i32 {
  const k = lowBits(scale);
  return k ? (h << k) | <i32>decodeBypass(k) : h;
}
