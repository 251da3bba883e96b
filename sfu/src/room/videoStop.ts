/** bit/s, sound included, below which a downlink carries sound only, and above which video returns. */
const STOP_BELOW = 80_000;
const RETURN_ABOVE = 104_000;
/** How long it must be below, ms. */
const STOP_AFTER_MS = 500;
/** Wait before the first trial, doubled after each that failed, and how long one lasts, ms. */
const FIRST_TRIAL_AFTER_MS = 4000;
const LAST_TRIAL_AFTER_MS = 16_000;
const TRIAL_MS = 3000;

/** `trial`: a little video, to see whether the link carries it. */
export type VideoStopState = 'open' | 'stopped' | 'trial';

/**
 * Stops the video of a downlink that carries sound only, and brings it back.
 *
 * An estimate follows what is sent: while only sound is, it has no reason to rise. So a link that is not
 * limited by wish gets a little video from time to time, which stays if the estimate rises with it.
 */
export class VideoStop {
  #state: VideoStopState = 'open';
  #since = -Infinity;
  #belowSince: number | undefined;
  #trialAfterMs = FIRST_TRIAL_AFTER_MS;

  /**
   * @param now ms
   * @param estimate of the link, bit/s; Infinity while nothing is known
   * @param limit what the receiver wants at most, bit/s; Infinity: no limit
   */
  update(now: number, estimate: number, limit: number): VideoStopState {
    const rate = Math.min(estimate, limit);
    const since = now - this.#since;
    switch (this.#state) {
      case 'open':
        this.#belowSince = rate < STOP_BELOW ? (this.#belowSince ?? now) : undefined;
        if (this.#belowSince !== undefined && now - this.#belowSince >= STOP_AFTER_MS) {
          this.#enter('stopped', now);
        }
        break;
      case 'stopped':
        if (rate >= RETURN_ABOVE) this.#return(now);
        else if (limit >= STOP_BELOW && since >= this.#trialAfterMs) this.#enter('trial', now);
        break;
      case 'trial':
        if (rate >= STOP_BELOW) {
          this.#return(now);
        } else if (since >= TRIAL_MS) {
          this.#trialAfterMs = Math.min(LAST_TRIAL_AFTER_MS, 2 * this.#trialAfterMs);
          this.#enter('stopped', now);
        }
    }
    return this.#state;
  }

  #return(now: number): void {
    this.#trialAfterMs = FIRST_TRIAL_AFTER_MS;
    this.#enter('open', now);
  }

  #enter(state: VideoStopState, now: number): void {
    this.#state = state;
    this.#since = now;
    this.#belowSince = undefined;
  }
}
