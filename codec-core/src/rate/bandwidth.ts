import { clampArgument } from './arguments.js';
import type { NetworkFeedback } from './types.js';

/** Half-lives of the two averages of the estimate, ms. */
const FAST_HALF_LIFE_MS = 100;
const SLOW_HALF_LIFE_MS = 600;

/** A gap between reports counts as at most this long in the averages, ms. */
const MAX_REPORT_GAP_MS = 1000;

/** A report older than this, and than so many usual gaps, is doubted: the rate halves again and again. */
const STALE_AFTER_MS = 500;
const STALE_GAPS = 2.5;
const STALE_HALF_LIFE_MS = 200;
/** Weight of a new gap in the usual one. */
const GAP_WEIGHT = 0.2;

/** A standing queue beyond this lowers the rate by 1 % for every 5 ms, at most to 70 %. */
const TOLERATED_QUEUE_MS = 60;
/** Round trips scatter by the jitter without any queue: so much of it, ms, is tolerated in addition. */
const MAX_TOLERATED_JITTER_MS = 60;
const QUEUE_FULL_RESPONSE_MS = 500;
const MIN_QUEUE_FACTOR = 0.7;

/** The base round trip may have grown (a new route): its minimum is forgotten at 5 ms per second. */
const BASE_RTT_DRIFT = 0.005;

/** Weight of a new report in the smoothed loss. */
const LOSS_WEIGHT = 0.3;
const MAX_LOSS = 0.5;

export const MAX_BITRATE = 1e9;

export interface Bandwidth {
  report(feedback: NetworkFeedback): void;
  /** By another way it is known that frames arrived lately: the last report is not doubted for its age. */
  heard(at: number): void;
  /** Whether frames are known to have arrived within the last `ms`. */
  heardWithin(now: number, ms: number): boolean;
  /** bit/s that the link takes, as far as is known; undefined before the first report */
  sustained(now: number): number | undefined;
  /** Share of it to use while queues drain, 0.7..1. */
  readonly queueFactor: number;
  /** share of the rate that retransmissions need, 0..0.5 */
  readonly loss: number;
  /** ms that packets wait in the network, by the round trip */
  readonly queueMs: number;
  /** whether the last report is recent */
  fresh(now: number): boolean;
}

/**
 * Turns the transport's estimate into a rate to rely on: quick down, slow up, as the minimum of the
 * last report, a fast and a slow moving average (hls.js, EwmaBandWidthEstimator). It falls further
 * while a queue stands (the estimator needs some round trips to see it) and while nobody tells anything.
 */
export function createBandwidth(): Bandwidth {
  let last: { readonly now: number; readonly bitrate: number } | undefined;
  let fast = 0;
  let slow = 0;
  let baseRtt = Infinity;
  let loss = 0;
  let queueMs = 0;
  let jitterMs = 0;
  let usualGapMs = 0;
  let heardAt = -Infinity;

  const doubtMs = (now: number): number =>
    last
      ? Math.max(
          0,
          now - Math.max(last.now, heardAt) - Math.max(STALE_AFTER_MS, STALE_GAPS * usualGapMs),
        )
      : 0;

  return {
    report(feedback) {
      const now = clampArgument('now', feedback.now, -Number.MAX_VALUE, Number.MAX_VALUE);
      const bitrate = clampArgument(
        'availableOutgoingBitrate',
        feedback.availableOutgoingBitrate,
        0,
        MAX_BITRATE,
      );
      const rtt = clampArgument('rttMs', feedback.rttMs, 0, 1e6);
      const lost = clampArgument('lossFraction', feedback.lossFraction, 0, 1);
      const jitter = clampArgument('jitterMs', feedback.jitterMs, 0, 1e5);

      const gap = last ? Math.min(MAX_REPORT_GAP_MS, Math.max(0, now - last.now)) : Infinity;
      fast = approach(fast, bitrate, gap, FAST_HALF_LIFE_MS);
      slow = approach(slow, bitrate, gap, SLOW_HALF_LIFE_MS);
      loss = last ? loss + LOSS_WEIGHT * (lost - loss) : lost;
      usualGapMs += last ? GAP_WEIGHT * (gap - usualGapMs) : 0;
      baseRtt = Math.min(rtt, baseRtt + (Number.isFinite(gap) ? BASE_RTT_DRIFT * gap : 0));
      queueMs = rtt - baseRtt;
      jitterMs = jitter;
      last = { now: Math.max(now, last?.now ?? now), bitrate };
    },
    heard(at) {
      heardAt = Math.max(heardAt, at);
    },
    heardWithin: (now, ms) => now - heardAt < ms,
    sustained(now) {
      if (!last) return undefined;
      return Math.min(last.bitrate, fast, slow) * 0.5 ** (doubtMs(now) / STALE_HALF_LIFE_MS);
    },
    get queueFactor() {
      const toleratedMs = TOLERATED_QUEUE_MS + Math.min(MAX_TOLERATED_JITTER_MS, jitterMs);
      const excessMs = Math.max(0, queueMs - toleratedMs);
      return Math.max(MIN_QUEUE_FACTOR, 1 - excessMs / QUEUE_FULL_RESPONSE_MS);
    },
    get loss() {
      return Math.min(MAX_LOSS, loss);
    },
    get queueMs() {
      return queueMs;
    },
    fresh: (now) => last !== undefined && doubtMs(now) === 0,
  };
}

function approach(average: number, value: number, gapMs: number, halfLifeMs: number): number {
  return value + (average - value) * 0.5 ** (gapMs / halfLifeMs);
}
