/**
 * Binarisation and contexts of latents. A symbol q with scale index s is coded as
 *   h = |q| >> k, unary to ESCAPE with adaptive models chosen by (s, position), then Exp-Golomb;
 *   the k low bits of |q| plainly; the sign plainly when q is not 0.
 * k grows with the scale so that the unary part stays short. The models start from the Laplace law of
 * the scale index and adapt; the model of the first decision also depends on whether the two symbols
 * before it in the row were zero.
 */

import {
  decodeBit,
  decodeBypass,
  encodeBit,
  encodeBypass,
  initModel,
} from './rangeCoder';
import { SCALE_LEVELS, scaleOf, tail } from './laplace';

const ESCAPE: i32 = 14;
const ZERO_MODELS: i32 = 3;
const MODELS_PER_SCALE: i32 = ZERO_MODELS + ESCAPE;
/** Exp-Golomb prefixes are at most this long: |q| stays below 2^16. */
const MAX_PREFIX: i32 = 15;

/** Bytes of one set of latent contexts. */
export const LATENT_CONTEXT_BYTES: i32 = SCALE_LEVELS * MODELS_PER_SCALE * 4;

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

/** Sets all models of one set to the Laplace law. */
export function initLatentContexts(contexts: usize): void {
  for (let i = 0; i < SCALE_LEVELS; i++) {
    const b = scaleOf(i);
    const unit = <f64>(1 << load<u8>(shifts + i));
    for (let j = 0; j < MODELS_PER_SCALE; j++) {
      const h = <f64>max(0, j - ZERO_MODELS + 1);
      // P(h' > h | h' >= h)
      const reach = h == 0 ? 1.0 : tail(b, h * unit);
      const p = reach <= 0 ? 0.0 : tail(b, (h + 1) * unit) / reach;
      const scaled = max(32.0, min(65504.0, Math.floor(p * 65536.0 + 0.5)));
      initModel(contexts + <usize>((i * MODELS_PER_SCALE + j) * 4), <u32>scaled);
    }
  }
}

@inline
function modelOf(contexts: usize, scale: u32, h: i32, busy: i32): usize {
  const j = h == 0 ? busy : ZERO_MODELS - 1 + h;
  return contexts + <usize>((<i32>scale * MODELS_PER_SCALE + j) * 4);
}

/** @param busy how many of the two symbols before were not zero, 0..2. */
@inline
export function encodeLatent(contexts: usize, scale: u32, busy: i32, q: i32): void {
  const magnitude = q < 0 ? -q : q;
  const k = <i32>load<u8>(shifts + scale);
  const target = magnitude >> k;
  let h = 0;
  while (h < ESCAPE) {
    const more: u32 = target > h ? 1 : 0;
    encodeBit(modelOf(contexts, scale, h, busy), more);
    if (!more) break;
    h++;
  }
  if (h == ESCAPE) {
    const rest = target - ESCAPE + 1;
    const prefix = 31 - <i32>clz(<u32>rest);
    for (let i = 0; i < prefix; i++) encodeBypass(1, 1);
    if (prefix < MAX_PREFIX) encodeBypass(0, 1);
    encodeBypass(<u32>rest & ((1 << prefix) - 1), prefix);
  }
  if (k) encodeBypass(<u32>magnitude & ((1 << k) - 1), k);
  if (magnitude) encodeBypass(q < 0 ? 1 : 0, 1);
}

@inline
export function decodeLatent(contexts: usize, scale: u32, busy: i32): i32 {
  const k = <i32>load<u8>(shifts + scale);
  let h = 0;
  while (h < ESCAPE) {
    if (!decodeBit(modelOf(contexts, scale, h, busy))) break;
    h++;
  }
  if (h == ESCAPE) {
    let prefix = 0;
    while (prefix < MAX_PREFIX && decodeBypass(1)) prefix++;
    h += (1 << prefix) + <i32>decodeBypass(prefix) - 1;
  }
  let magnitude = h << k;
  if (k) magnitude |= <i32>decodeBypass(k);
  if (magnitude == 0) return 0;
  return decodeBypass(1) ? -magnitude : magnitude;
}
