import type { FramePlan } from '../types.js';
import type { Scenario } from './scenarios.js';

/** One frame that was sent. */
export interface FrameRecord {
  readonly capturedAt: number;
  readonly plan: FramePlan;
  readonly bytes: number;
  /** ms at which its last packet arrived; undefined if it never did */
  readonly arrivedAt: number | undefined;
}

/** Everything that happened; the series have one value per millisecond. */
export interface Trace {
  readonly scenario: Scenario;
  readonly minQp: number;
  readonly frames: readonly FrameRecord[];
  /** codings, repetitions included */
  readonly attempts: number;
  /** bits of video handed to the transport, headers included */
  readonly videoBits: Float64Array;
  /** bits put on the wire: video, audio, retransmissions */
  readonly wireBits: Float64Array;
  /** bit/s that the controller gives to video; 0 while it is paused */
  readonly videoBitrate: Float64Array;
  /** bit/s */
  readonly estimate: Float64Array;
}

export interface SimulationReport {
  readonly trace: Trace;
  /** 95th percentile over seconds without a pause of video bits / bits of the video rate - 1 */
  readonly overshootP95: number;
  /** bits on the wire / bits that estimate and link would both have taken, pauses left out */
  readonly utilization: number;
  /** share of frames within ±20 % of their allowance; smaller ones at the finest index count as within */
  readonly withinTolerance: number;
  readonly delayMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** longest time between two frames of the receiver, pauses and outages included, ms */
  readonly longestGapMs: number;
  /** codings per frame */
  readonly attemptsPerFrame: number;
  readonly framesPerSecond: number;
  /** median index of predicted frames */
  readonly qp: number;
  /** share of the time without video */
  readonly paused: number;
  /** ms from the capacity's fall until the video of 300 ms fits the link */
  readonly dropResponseMs: number | undefined;
  /** ms from the capacity's rise to the arrival of a picture captured after it */
  readonly pictureAfterRiseMs: number | undefined;
}

/** Seconds left out of the ratios while the estimate finds the link. */
const START_SECONDS = 5;
const TOLERANCE = 0.2;
const RESPONSE_WINDOW_MS = 300;

export function reportOf(trace: Trace): SimulationReport {
  const { frames, scenario } = trace;
  const arrived = frames.flatMap(({ arrivedAt, capturedAt }) =>
    arrivedAt === undefined ? [] : [{ arrivedAt, delay: arrivedAt - capturedAt, capturedAt }],
  );
  const delays = arrived.map(({ delay }) => delay);
  const arrivals = arrived.map(({ arrivedAt }) => arrivedAt).sort((a, b) => a - b);
  const predicted = frames.filter(({ plan }) => !plan.keyFrame).map(({ plan }) => plan.qp);
  const { riseAt } = scenario;
  const afterRise = arrived.filter(({ capturedAt }) => capturedAt >= (riseAt ?? Infinity));
  return {
    trace,
    overshootP95: overshootP95(trace),
    utilization: utilization(trace),
    withinTolerance: withinTolerance(trace),
    delayMs: {
      p50: percentile(delays, 0.5),
      p95: percentile(delays, 0.95),
      p99: percentile(delays, 0.99),
    },
    longestGapMs: Math.max(0, ...arrivals.slice(1).map((at, i) => at - (arrivals[i] ?? at))),
    attemptsPerFrame: trace.attempts / Math.max(1, frames.length),
    framesPerSecond: frames.length / scenario.seconds,
    qp: percentile(predicted, 0.5),
    paused: trace.videoBitrate.filter((rate) => rate === 0).length / trace.videoBitrate.length,
    dropResponseMs: dropResponse(trace),
    pictureAfterRiseMs:
      riseAt === undefined
        ? undefined
        : Math.min(...afterRise.map(({ arrivedAt }) => arrivedAt)) - riseAt,
  };
}

/** Sums over whole seconds after the start. */
function perSecond(trace: Trace, value: (ms: number) => number): number[] {
  return Array.from({ length: trace.scenario.seconds - START_SECONDS }, (_, i) => {
    const from = (START_SECONDS + i) * 1000;
    let sum = 0;
    for (let ms = from; ms < from + 1000; ms++) sum += value(ms);
    return sum;
  });
}

function overshootP95(trace: Trace): number {
  const sent = perSecond(trace, (ms) => trace.videoBits[ms] ?? 0);
  const allowed = perSecond(trace, (ms) => (trace.videoBitrate[ms] ?? 0) / 1000);
  const pausedMs = perSecond(trace, (ms) => (trace.videoBitrate[ms] === 0 ? 1 : 0));
  const ratios = sent.flatMap((bits, i) =>
    pausedMs[i] === 0 ? [bits / (allowed[i] ?? NaN) - 1] : [],
  );
  return percentile(ratios, 0.95);
}

function utilization(trace: Trace): number {
  const running = (ms: number): boolean => (trace.videoBitrate[ms] ?? 0) > 0;
  const usable = (ms: number): number =>
    Math.min(trace.estimate[ms] ?? 0, trace.scenario.capacity(ms)) / 1000;
  const sent = perSecond(trace, (ms) => (running(ms) ? (trace.wireBits[ms] ?? 0) : 0));
  const could = perSecond(trace, (ms) => (running(ms) ? usable(ms) : 0));
  return sum(sent) / sum(could);
}

function withinTolerance({ frames, minQp }: Trace): number {
  const within = frames.filter(({ plan, bytes }) => {
    const deviation = bytes / plan.allowanceBytes - 1;
    return Math.abs(deviation) <= TOLERANCE || (deviation < 0 && plan.qp <= minQp);
  });
  return within.length / Math.max(1, frames.length);
}

/** Looks at what the encoder makes: retransmissions and the pacer's backlog are not its decision. */
function dropResponse({ scenario, videoBits }: Trace): number | undefined {
  const { dropAt } = scenario;
  if (dropAt === undefined) return undefined;
  const fits = (from: number): boolean => {
    const made = sum([...videoBits.subarray(from, from + RESPONSE_WINDOW_MS)]);
    return made <= (scenario.capacity(from) * RESPONSE_WINDOW_MS) / 1000;
  };
  for (let at = dropAt; at + RESPONSE_WINDOW_MS < videoBits.length; at++) {
    if (fits(at)) return at - dropAt;
  }
  return Infinity;
}

/** The smallest value that at least `share` of the values do not exceed; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
