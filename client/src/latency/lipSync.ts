/** Microphone to packet: one capture buffer and one Opus frame of 20 ms. */
const AUDIO_SENDING_MS = 30;
/** Mixer and sound card of the receiver. */
const AUDIO_OUTPUT_MS = 20;
/** Ears forgive this much (ITU-R BT.1359: sound 45 ms early is noticed first). */
const TOLERATED_MS = 15;
const MAX_TARGET_MS = 500;

export interface LipSyncInput {
  /** Capture to display of the picture, median, ms. */
  readonly videoLatencyMs: number;
  /** Sender's transform to receiver's transform, median, ms. */
  readonly networkMs: number;
  /** What the audio waits in the jitter buffer at present, ms. */
  readonly audioBufferMs: number;
}

export interface LipSync {
  /** How much the sound is early (late if negative), ms. */
  readonly audioLeadMs: number;
  /** Least delay for the audio's jitter buffer, ms; `undefined`: leave it. */
  readonly bufferTargetMs: number | undefined;
}

/**
 * Holds the sound back until the picture is there. The picture is shown as
 * soon as it is decoded, which is usually later than the sound: delaying the
 * sound costs nothing that the picture has not cost already.
 */
export function alignAudio({ videoLatencyMs, networkMs, audioBufferMs }: LipSyncInput): LipSync {
  const audioLatencyMs = AUDIO_SENDING_MS + networkMs + audioBufferMs + AUDIO_OUTPUT_MS;
  const audioLeadMs = videoLatencyMs - audioLatencyMs;
  const wanted = Math.min(MAX_TARGET_MS, Math.max(0, audioBufferMs + audioLeadMs));
  return {
    audioLeadMs,
    bufferTargetMs: Math.abs(audioLeadMs) > TOLERATED_MS ? wanted : undefined,
  };
}
