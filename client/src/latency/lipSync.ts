/** Within this the ear notices nothing, and less steering is less disturbance, ms. */
const TOLERATED_MS = 15;
/** Within this sound and picture are in step; they are brought closer by small steps only, ms. */
const IN_STEP_MS = 45;
/** Such a step of the sound, and the greatest one by which it is made to wait longer; a look each, ms. */
const SMALL_STEP_MS = 5;
const MAX_RISE_MS = 20;
const MAX_AUDIO_TARGET_MS = 500;
/**
 * A picture is held back until the sound is at most this late, ms: more would be latency that nobody
 * needs.
 */
const LATE_SOUND_MS = 38;
/** A picture is held back by no more than this for its sound, ms, ... */
const MAX_HOLD_MS = 100;
/** ... and at each look by no more than this longer: what passes within seconds costs no latency. */
const HOLD_STEP_MS = 10;
/** A jitter buffer that lost this much since the last look is on its way to less, ms. */
const DRAINED_MS = 3;

export interface LipSyncInput {
  /** Capture to display of the picture without being held back, median, ms. */
  readonly videoLatencyMs: number;
  /** Capture to ear of the sound, ms. */
  readonly audioLatencyMs: number;
  /** What the sound waits in its jitter buffer at present, ms. */
  readonly bufferMs: number;
}

export interface LipSyncPlan {
  /** Least delay to ask of the jitter buffer, ms. */
  readonly bufferTargetMs: number;
  /** Latency from capture to display below which a picture has to wait, ms; 0: none waits. */
  readonly pictureLatencyMs: number;
}

/**
 * Steers sound and picture together, by a look once a second. An early sound waits in its jitter
 * buffer: that costs nothing that the picture has not cost already. A late sound first gets back what
 * it was made to wait. For what it takes of itself (capture, Opus frame, jitter buffer, sound card)
 * the picture waits, but only until it is not noticed, and not for long.
 *
 * The buffer follows by 20 to 40 ms a second, slower than a picture's latency changes with what is
 * seen: chasing that, the sound would be late whenever it arrives. So it moves by small steps while
 * both are in step, and no picture waits longer while the sound is getting earlier by itself.
 */
export class LipSync {
  #bufferTargetMs = 0;
  #bufferBeforeMs = 0;
  #holdMs = 0;

  look({ videoLatencyMs, audioLatencyMs, bufferMs }: LipSyncInput): LipSyncPlan {
    const aheadMs = videoLatencyMs - audioLatencyMs;
    const drains = bufferMs < this.#bufferBeforeMs - DRAINED_MS;
    const ownNeed = this.#bufferTargetMs < bufferMs - TOLERATED_MS;
    this.#bufferBeforeMs = bufferMs;
    this.#bufferTargetMs = this.#target(aheadMs, bufferMs);
    const wantedMs = ownNeed ? Math.max(0, -aheadMs - LATE_SOUND_MS) : 0;
    const mostMs = drains ? this.#holdMs : this.#holdMs + HOLD_STEP_MS;
    this.#holdMs = Math.min(wantedMs, MAX_HOLD_MS, mostMs);
    return {
      bufferTargetMs: this.#bufferTargetMs,
      pictureLatencyMs: this.#holdMs > 0 ? videoLatencyMs + this.#holdMs : 0,
    };
  }

  #target(aheadMs: number, bufferMs: number): number {
    if (Math.abs(aheadMs) <= TOLERATED_MS) return this.#bufferTargetMs;
    const step = Math.abs(aheadMs) <= IN_STEP_MS ? SMALL_STEP_MS : Infinity;
    if (aheadMs > 0) {
      const rise = Math.min(step, MAX_RISE_MS, aheadMs - TOLERATED_MS);
      return Math.min(MAX_AUDIO_TARGET_MS, Math.max(this.#bufferTargetMs, bufferMs) + rise);
    }
    const fall = Math.min(step, -aheadMs - TOLERATED_MS);
    return Math.max(0, Math.min(this.#bufferTargetMs, bufferMs) - fall);
  }
}
