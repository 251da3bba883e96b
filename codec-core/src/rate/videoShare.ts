import { clampArgument } from './arguments.js';
import { createBandwidth, MAX_BITRATE } from './bandwidth.js';
import { createCarried } from './carried.js';
import type { BacklogReading } from './sendBacklog.js';
import type { NetworkFeedback } from './types.js';
import type { GateInput } from './videoGate.js';

/** Share of the estimate that is used; the rest absorbs bursts and the estimate's own error. */
export const USED_SHARE = 0.95;

/**
 * What the link was seen to carry lowers the rate to this share of what the estimate gives at most:
 * where others fill the queue, less sent is less carried.
 */
const LEAST_CARRIED_SHARE = 0.6;
/**
 * With less loss than this, and a receiver that told of an arrival within so long, ms, it also raises it, to so many
 * times what the estimate gives.
 */
const SURE_LOSS = 0.05;
const SURE_HEARD_MS = 400;
const MOST_RAISE = 1.6;

/** A wait of this length, ms, that has lasted so long is of others' making, and nothing is gained by less video. */
const CROWDED_WAIT_MS = 100;
const CROWDED_AFTER_MS = 1000;

/** What the link leaves to video, by the browser's estimate and by what receivers tell. */
export interface VideoShare {
  report(feedback: NetworkFeedback): void;
  /** Takes what receivers tell; ms that a frame would wait now in a queue of video's own making, where they do. */
  hear(now: number, backlog: BacklogReading | undefined): number | undefined;
  /**
   * bit/s for video on the wire.
   * @param used share of the estimate that video and sound use, 0..{@link USED_SHARE}
   */
  bitrate(now: number, used: number): number;
  /** bit/s that the link is taken to carry besides sound, all of it */
  linkBitrate(now: number): number;
  /** What decides whether video is possible at all. */
  gateInput(now: number): GateInput;
}

/**
 * @param startBitrate estimate until the first report, bit/s
 * @param firstAudioBitrate what sound takes until a report tells, bit/s
 */
export function createVideoShare(startBitrate: number, firstAudioBitrate: number): VideoShare {
  const bandwidth = createBandwidth();
  const carried = createCarried();
  let audioBitrate = firstAudioBitrate;
  let codecShare = 1;
  /** Since when all that arrives has waited for {@link CROWDED_WAIT_MS} and longer. */
  let longWaitSince: number | undefined;

  const sustained = (now: number): number => bandwidth.sustained(now) ?? startBitrate;

  /** Whether others keep the queue filled, whatever video does. */
  const crowded = (now: number): boolean =>
    longWaitSince !== undefined && now - longWaitSince > CROWDED_AFTER_MS;

  /** bit/s of `offered`, what the estimate leaves to video, as what was seen of the link corrects it. */
  function corrected(offered: number, now: number): number {
    const sure = bandwidth.loss < SURE_LOSS && bandwidth.heardWithin(now, SURE_HEARD_MS);
    const least = sure ? Math.min(carried.least(now) * codecShare, MOST_RAISE * offered) : 0;
    if (crowded(now)) return Math.max(offered, least);
    const most = Math.max(LEAST_CARRIED_SHARE * offered, carried.most(now) * codecShare);
    return Math.max(Math.min(offered, most), Math.min(least, most));
  }

  return {
    report(feedback) {
      codecShare = clampArgument('codecShare', feedback.codecShare ?? 1, 0, 1);
      audioBitrate = clampArgument(
        'audioBitrate',
        feedback.audioBitrate ?? audioBitrate,
        0,
        MAX_BITRATE,
      );
      bandwidth.report(feedback);
    },
    hear(now, backlog) {
      const waitedMs = clampArgument('backlog.waitedMs', backlog?.waitedMs ?? 0, 0, 1e5);
      longWaitSince = waitedMs < CROWDED_WAIT_MS ? undefined : (longWaitSince ?? now);
      if (backlog === undefined) return undefined;
      const waitMs = clampArgument('backlog.waitMs', backlog.waitMs, 0, 1e5);
      // Who tells of arrivals is a sign of life.
      bandwidth.heard(now - clampArgument('backlog.heardMs', backlog.heardMs, 0, 1e9));
      const { carriedBitrate } = backlog;
      if (carriedBitrate !== undefined) {
        carried.note(now, clampArgument('backlog.carriedBitrate', carriedBitrate, 0, MAX_BITRATE));
      }
      return crowded(now) ? 0 : waitMs;
    },
    bitrate(now, used) {
      // Sending anew and parity serve the same losses: what the parity takes may come out of the comfort.
      const share = crowded(now)
        ? codecShare
        : bandwidth.queueFactor * Math.min(used * (1 - bandwidth.loss), USED_SHARE * codecShare);
      return corrected(Math.max(0, sustained(now) * share - audioBitrate), now);
    },
    linkBitrate: (now) => Math.max(0, sustained(now) - audioBitrate, carried.least(now)),
    gateInput(now) {
      // Among others the estimate follows what is sent: what came through says more.
      const known = crowded(now) ? carried.least(now) + audioBitrate : 0;
      return {
        bitrate: Math.max(sustained(now), known),
        queueMs: bandwidth.queueMs,
        loss: bandwidth.loss,
        fresh: bandwidth.fresh(now),
      };
    },
  };
}
