/** What symbols cost by the Laplace law of their scale index, for an encoder's choices. */

import { SCALE_LEVELS, scaleOf, tail } from '../entropy/laplace';

// Bits of 0, bits of magnitude 1 (with sign), bits per further magnitude, and the magnitude above half a step
// below which zero is better by FAR bits; all in squared steps but the last. One f32 row per scale index.
const costs: usize = memory.data(64 * 16);
/** One bit is worth this many squared steps^-1 (codec-design.md, rate-distortion quantization). */
const LAMBDA: f64 = 7.5;
/** A choice that costs so many bits more than the best is never worth a hidden sign. */
const FAR: f64 = 4;

export function initCosts(): void {
  for (let i = 0; i < SCALE_LEVELS; i++) {
    const b = scaleOf(i);
    const zero = -Math.log2(1 - tail(b, 1));
    const one = -Math.log2(0.5 * (tail(b, 1) - tail(b, 2)));
    const more = Math.LOG2E / b;
    const at = costs + (<usize>i << 4);
    store<f32>(at, <f32>(zero / LAMBDA));
    store<f32>(at, <f32>(one / LAMBDA), 4);
    store<f32>(at, <f32>(more / LAMBDA), 8);
    store<f32>(at, <f32>((one - zero - FAR) / (2 * LAMBDA)), 12);
  }
}

/** Cost of one bit, as the others in squared steps. */
export const BIT_COST: f32 = <f32>(1 / LAMBDA);

/** Costs of a scale index: f32 of zero, of magnitude 1, of each further one. */
@inline
export function costsOf(scaleIndex: u32): usize {
  return costs + (<usize>scaleIndex << 4);
}

/**
 * Whether no choice but zero is worth a thought.
 * @param a magnitude in steps, >= 0
 * @param price how much dearer than usual a bit is
 */
@inline
export function isSurelyZero(a: f32, scaleIndex: u32, price: f32): bool {
  return a < 1 && a < 0.5 + price * load<f32>(costsOf(scaleIndex), 12);
}
