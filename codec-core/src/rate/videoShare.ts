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

/**
 * A wait of this length, ms, that has lasted so long without falling by so much is of others' making, and nothing is
 * gained by less video: a queue of video's own drains meanwhile, as frames are held back.
 */
const CROWDED_WAIT_MS = 100;
const CROWDED_AFTER_MS = 1000;
const DRAINED_MS = 150;

/** What the link leaves to video, by the browser's estimate and by what receivers tell. */
export interface VideoShare {
  report(feedback: NetworkFeedback): void;
  /** Takes what receivers tell; ms that a frame would wait now in a queue of video's own making, where they do. */
  hear(now: number, backlog: BacklogReading | undefined): number | undefined;
  /**
   * bit/s for video on the wire.
   * @param used share of the estimate that video and sound use, 0..{@link USED_SHARE}; of what the link was seen to
   *   carry as much less
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
  /** Since when all that arrives has waited for {@link CROWDED_WAIT_MS} and longer, and how long then. */
  let longWait: { readonly since: number; readonly waitedMs: number } | undefined;
  /** Others keep the queue filled, whatever video does. */
  let crowded = false;

  const sustained = (now: number): number => bandwidth.sustained(now) ?? startBitrate;

  function noteWait(now: number, waitedMs: number): void {
    if (waitedMs < CROWDED_WAIT_MS) {
      crowded = false;
      longWait = undefined;
      return;
    }
    // In a silence nothing is known to have waited.
    if (!bandwidth.heardWithin(now, SURE_HEARD_MS)) longWait = undefined;
    else if (longWait === undefined || waitedMs < longWait.waitedMs - DRAINED_MS) {
      longWait = { since: now, waitedMs };
    }
    crowded ||= longWait !== undefined && now - longWait.since > CROWDED_AFTER_MS;
  }

  /**
   * bit/s of `offered`, what the estimate leaves to video, as what was seen of the link corrects it.
   * @param part of what was seen that is used
   */
  function corrected(offered: number, part: number, now: number): number {
    const sure = bandwidth.loss < SURE_LOSS && bandwidth.heardWithin(now, SURE_HEARD_MS);
    const least = sure ? Math.min(carried.least(now) * part, MOST_RAISE * offered) : 0;
    if (crowded) return Math.max(offered, least);
    const most = Math.max(LEAST_CARRIED_SHARE * offered, carried.most(now) * part);
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
      if (backlog === undefined) {
        noteWait(now, 0);
        return undefined;
      }
      const waitMs = clampArgument('backlog.waitMs', backlog.waitMs, 0, 1e5);
      const waitedMs = clampArgument('backlog.waitedMs', backlog.waitedMs, 0, 1e5);
      // Who tells of arrivals is a sign of life.
      bandwidth.heard(now - clampArgument('backlog.heardMs', backlog.heardMs, 0, 1e9));
      noteWait(now, waitedMs);
      const { carriedBitrate } = backlog;
      if (carriedBitrate !== undefined) {
        carried.note(now, clampArgument('backlog.carriedBitrate', carriedBitrate, 0, MAX_BITRATE));
      }
      return crowded ? 0 : waitMs;
    },
    bitrate(now, used) {
      // Sending anew and parity serve the same losses: what the parity takes may come out of the comfort.
      const share = crowded
        ? codecShare
        : bandwidth.queueFactor * Math.min(used * (1 - bandwidth.loss), USED_SHARE * codecShare);
      const offered = Math.max(0, sustained(now) * share - audioBitrate);
      return corrected(offered, Math.min(used / USED_SHARE, codecShare), now);
    },
    linkBitrate: (now) => Math.max(0, sustained(now) - audioBitrate, carried.least(now)),
    gateInput(now) {
      // Among others the estimate follows what is sent: what came through says more.
      const known = crowded ? carried.least(now) + audioBitrate : 0;
      return {
        bitrate: Math.max(sustained(now), known),
        queueMs: bandwidth.queueMs,
        loss: bandwidth.loss,
        fresh: bandwidth.fresh(now),
      };
    },
  };
}
