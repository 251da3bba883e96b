/**
 * The latents' law: zero-mean Laplace of scale b (in quantization steps), integrated over unit bins.
 * All of it is computed with the software floating point compiled into this module, hence equal on
 * every machine.
 */

export const SCALE_LEVELS: i32 = 64;
const LOG_SCALE_MIN: f64 = -3.2;
const LOG_SCALE_STEP: f64 = 0.165;

/** Laplace scale b of a scale index, in steps. */
export function scaleOf(index: i32): f64 {
  return Math.exp(LOG_SCALE_MIN + LOG_SCALE_STEP * <f64>index);
}

/** Scale index whose b is nearest to `b` in the logarithm. */
export function indexOf(b: f64): i32 {
  const x = (Math.log(b) - LOG_SCALE_MIN) / LOG_SCALE_STEP;
  return max(0, min(SCALE_LEVELS - 1, <i32>Math.floor(x + 0.5)));
}

/** P(|symbol| >= m), m >= 1. */
export function tail(b: f64, m: f64): f64 {
  return Math.exp(-(m - 0.5) / b);
}
