/** bit/s, audio included, below which video stops, and above which it comes back */
const PAUSE_BELOW = 80_000;
const RESUME_ABOVE = 104_000;

/** How long the rate must stay below, ms. Upwards it is smoothed already. */
const PAUSE_AFTER_MS = 500;

/** Wait before the first trial, doubled after each that failed. */
const FIRST_TRIAL_AFTER_MS = 4000;
const LAST_TRIAL_AFTER_MS = 16_000;

/** A queue beyond this, ms, or a loss beyond this share forbid or end a trial. */
const TRIAL_MAX_QUEUE_MS = 100;
const TRIAL_MAX_LOSS = 0.1;

/** bit/s of video during a trial */
export const TRIAL_BITRATE = 40_000;

export interface GateInput {
  readonly bitrate: number;
  readonly queueMs: number;
  readonly loss: number;
  readonly fresh: boolean;
}

export type GateState = 'open' | 'paused' | 'trial';

export interface VideoGate {
  readonly state: GateState;
  update(now: number, input: GateInput): void;
}

/**
 * Switches video off where only audio fits the link, and on again.
 *
 * While only audio is sent, a congestion controller sees no reason to raise its estimate, which
 * follows what is sent: waiting for it alone could last for ever. So a clean link gets a trial
 * from time to time: a little video, which stays as long as no queue and no loss comes of it, so that the
 * estimate can grow.
 */
export function createVideoGate(): VideoGate {
  let state: GateState = 'open';
  let since = -Infinity;
  let belowSince: number | undefined;
  let trialAfterMs = FIRST_TRIAL_AFTER_MS;

  function enter(next: GateState, now: number): void {
    state = next;
    since = now;
    belowSince = undefined;
  }

  function tooLowForLong(now: number, bitrate: number): boolean {
    belowSince = bitrate < PAUSE_BELOW ? (belowSince ?? now) : undefined;
    return belowSince !== undefined && now - belowSince >= PAUSE_AFTER_MS;
  }

  return {
    get state() {
      return state;
    },
    update(now, { bitrate, queueMs, loss, fresh }) {
      const clean = fresh && queueMs < TRIAL_MAX_QUEUE_MS && loss < TRIAL_MAX_LOSS;
      switch (state) {
        case 'open':
          if (tooLowForLong(now, bitrate)) enter('paused', now);
          return;
        case 'paused':
          if (fresh && bitrate >= RESUME_ABOVE) {
            trialAfterMs = FIRST_TRIAL_AFTER_MS;
            enter('open', now);
          } else if (clean && now - since >= trialAfterMs) {
            enter('trial', now);
          }
          return;
        case 'trial':
          if (bitrate >= PAUSE_BELOW) {
            trialAfterMs = FIRST_TRIAL_AFTER_MS;
            enter('open', now);
          } else if (!clean) {
            trialAfterMs = Math.min(LAST_TRIAL_AFTER_MS, 2 * trialAfterMs);
            enter('paused', now);
          }
          return;
      }
    },
  };
}
