import { createRandom } from './random.js';

/** A path as in RFC 8867, "Test Cases for Evaluating Congestion Control for Interactive Real-Time Media". */
export interface Scenario {
  readonly name: string;
  readonly seconds: number;
  /** bit/s at a time in ms */
  readonly capacity: (now: number) => number;
  readonly delayMs: number;
  readonly loss: number;
  /** whether reports of the receiver get lost at this time */
  readonly feedbackLost: (now: number) => boolean;
  /** ms at which the capacity falls for good */
  readonly dropAt?: number;
  /** ms at which the capacity rises or returns */
  readonly riseAt?: number;
}

const DELAY_MS = 25;

interface Extras {
  readonly seconds?: number;
  readonly loss?: number;
  readonly dropAt?: number;
  readonly riseAt?: number;
  readonly feedbackLost?: (now: number) => boolean;
}

const scenario = (
  name: string,
  capacity: (now: number) => number,
  extras: Extras = {},
): Scenario => ({
  name,
  capacity,
  seconds: 60,
  delayMs: DELAY_MS,
  loss: 0,
  feedbackLost: () => false,
  ...extras,
});

const steps =
  (...parts: readonly (readonly [from: number, kbit: number])[]) =>
  (now: number): number =>
    1000 * (parts.findLast(([from]) => now >= from)?.[1] ?? 0);

/** A random walk between 150 and 1500 kbit/s in 200 ms steps with fades, like a recorded LTE trace. */
function lte(seed: number, seconds: number): (now: number) => number {
  const random = createRandom(seed);
  let level = Math.log(600);
  let fade = 0;
  const trace = Array.from({ length: seconds * 5 }, () => {
    level += 0.08 * random.normal() + 0.03 * (Math.log(600) - level);
    fade = random.uniform() < 0.01 ? 5 : Math.max(0, fade - 1);
    return 1000 * Math.min(1500, Math.max(150, Math.exp(level) * (fade > 0 ? 0.4 : 1)));
  });
  return (now) => trace[Math.min(trace.length - 1, Math.floor(now / 200))] ?? 0;
}

export const SCENARIOS: readonly Scenario[] = [
  scenario('constant 150 kbit/s', () => 150_000),
  scenario('constant 300 kbit/s', () => 300_000),
  scenario('constant 600 kbit/s', () => 600_000),
  scenario('constant 1500 kbit/s', () => 1_500_000),
  scenario('step down 1000 → 250', steps([0, 1000], [30_000, 250]), { dropAt: 30_000 }),
  scenario('step up 250 → 1000', steps([0, 250], [20_000, 1000]), { riseAt: 20_000 }),
  scenario('slow ramp 200 → 1200 → 200', (now) => 1e6 * (1.2 - Math.abs(now - 30_000) / 30_000)),
  scenario('LTE-like', lte(7, 60)),
  scenario('competing flow of 50 %', steps([0, 800], [20_000, 400], [40_000, 800]), {
    dropAt: 20_000,
    riseAt: 40_000,
  }),
  scenario('loss 5 %, 600 kbit/s', () => 600_000, { loss: 0.05 }),
  scenario('loss 10 %, 600 kbit/s', () => 600_000, { loss: 0.1 }),
  scenario('feedback loss of 5 s', () => 600_000, {
    feedbackLost: (now) => now >= 20_000 && now < 25_000,
    riseAt: 25_000,
  }),
  scenario('outage of 5 s', steps([0, 600], [20_000, 0], [25_000, 600]), { riseAt: 25_000 }),
  scenario('audio only: 70 kbit/s, then 600', steps([0, 600], [10_000, 70], [30_000, 600]), {
    dropAt: 10_000,
    riseAt: 30_000,
  }),
];

/** The scenario of that name; throws on an unknown one. */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`no scenario "${name}"`);
  return found;
}
