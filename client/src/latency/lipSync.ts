/** Within this the ear notices nothing, and less steering is less disturbance, ms. */
const TOLERATED_MS = 15;
/**
 * A picture is held back until the sound is at most this late, ms: out of 45 that count as in step.
 * More would be latency that nobody needs.
 */
const LATE_SOUND_MS = 38;
const MAX_AUDIO_TARGET_MS = 500;
/**
 * A look, once a second, makes the sound wait by no more than this longer, ms: what a few late pictures
 * pump into the jitter buffer takes it many seconds to give back.
 */
const MAX_RISE_MS = 40;
/** A picture is held back by no more than this for its sound, ms. */
const MAX_HOLD_MS = 100;

export interface LipSyncInput {
  /** Capture to display of the picture without being held back, median, ms. */
  readonly videoLatencyMs: number;
  /** Capture to ear of the sound, ms. */
  readonly audioLatencyMs: number;
  /** What the sound waits in its jitter buffer at present, ms. */
  readonly bufferMs: number;
  /** Least delay that the jitter buffer was asked for, ms; its own need may be more. */
  readonly bufferTargetMs: number;
}

export interface LipSync {
  /** Least delay to ask of the jitter buffer, ms. */
  readonly bufferTargetMs: number;
  /** Latency from capture to display below which a picture has to wait, ms; 0: none waits. */
  readonly pictureLatencyMs: number;
}

/**
 * Steers sound and picture together. An early sound waits in its jitter
 * buffer: that costs nothing that the picture has not cost already. A late
 * sound first gets back what it was made to wait; for what it takes of itself
 * (capture, Opus frame, jitter buffer, sound card) the picture waits, but only
 * until it is not noticed, and not for long.
 */
export function alignAudio(input: LipSyncInput): LipSync {
  const { videoLatencyMs, audioLatencyMs, bufferMs } = input;
  const aheadMs = videoLatencyMs - audioLatencyMs;
  const most = Math.min(MAX_AUDIO_TARGET_MS, bufferMs + MAX_RISE_MS);
  const wanted = Math.min(most, Math.max(0, bufferMs + aheadMs));
  const bufferTargetMs = Math.abs(aheadMs) > TOLERATED_MS ? wanted : input.bufferTargetMs;
  const ownNeed = input.bufferTargetMs < bufferMs - TOLERATED_MS;
  const lateMs = ownNeed ? -aheadMs : 0;
  const waitMs = Math.min(MAX_HOLD_MS, lateMs - LATE_SOUND_MS);
  return { bufferTargetMs, pictureLatencyMs: waitMs > 0 ? videoLatencyMs + waitMs : 0 };
}
