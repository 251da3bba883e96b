import { createRandom } from '../../codec-core/src/rate/simulation/random.js';

/** bit/s at a time in ms since the start of a scenario. */
export type Capacity = (ms: number) => number;

export const constant =
  (kilobits: number): Capacity =>
  () =>
    1000 * kilobits;

/** Piecewise constant: `[from ms, kbit/s]`, in order, the first from 0. */
export const steps =
  (...parts: readonly (readonly [from: number, kilobits: number])[]): Capacity =>
  (ms) =>
    1000 * (parts.findLast(([from]) => ms >= from) ?? parts[0] ?? [0, 0])[1];

/** Straight from `low` up to `high` (kbit/s) at half the time, and back. */
export const ramp =
  (low: number, high: number, periodMs: number): Capacity =>
  (ms) =>
    1000 * (high - (high - low) * Math.abs(1 - (2 * Math.min(ms, periodMs)) / periodMs));

const LTE_STEP_MS = 200;
const LTE = { low: 150_000, high: 1_500_000, meanLog: Math.log(600_000), fadeShare: 0.4 };

/**
 * A trace like those recorded in LTE cells, from a seeded model and not from a record: a random walk of
 * the logarithm between 150 and 1500 kbit/s in steps of 200 ms, drawn back to 600, with fades of a second.
 */
export function lteTrace(seed: number, durationMs: number): Capacity {
  const random = createRandom(seed);
  let level = LTE.meanLog;
  let fade = 0;
  const trace = Array.from({ length: Math.ceil(durationMs / LTE_STEP_MS) + 1 }, () => {
    level += 0.16 * random.normal() + 0.04 * (LTE.meanLog - level);
    level = Math.min(Math.log(LTE.high), Math.max(Math.log(LTE.low), level));
    fade = random.uniform() < 0.01 ? 5 : Math.max(0, fade - 1);
    const rate = Math.exp(level) * (fade > 0 ? LTE.fadeShare : 1);
    return Math.min(LTE.high, Math.max(LTE.low, rate));
  });
  return (ms) =>
    trace[Math.min(trace.length - 1, Math.max(0, Math.floor(ms / LTE_STEP_MS)))] ?? LTE.low;
}
