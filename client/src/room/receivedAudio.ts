import { alignAudio } from '../latency/lipSync.js';
import type { MediaReceiver } from '../receivePipeline.js';

interface JitterBuffer {
  /** Sum over all samples that were played, s. */
  readonly delay: number;
  readonly count: number;
}

/** A received microphone, played by an element of its own. */
export class ReceivedAudio {
  readonly receiver: MediaReceiver;
  readonly #element = new Audio();
  #buffer: JitterBuffer | undefined;
  #audioLeadMs: number | undefined;

  constructor(receiver: MediaReceiver, speakerId: string | undefined) {
    this.receiver = receiver;
    this.#element.srcObject = receiver.stream;
    this.#element.hidden = true;
    document.body.append(this.#element);
    this.#element.autoplay = true;
    if (speakerId !== undefined) this.setSpeaker(speakerId);
    // Refused only where the person has not touched the page; joining is a touch.
    this.#element.play().catch(() => undefined);
  }

  /** How much the sound was ahead of the picture at the last look, ms. */
  get audioLeadMs(): number | undefined {
    return this.#audioLeadMs;
  }

  setSpeaker(deviceId: string): void {
    // A speaker that is gone leaves the sound where it was.
    this.#element.setSinkId(deviceId).catch(() => undefined);
  }

  /** Brings the sound in step with a picture of this latency; both ms, medians. */
  async align(videoLatencyMs: number, networkMs: number): Promise<void> {
    const audioBufferMs = await this.#readBuffer();
    if (audioBufferMs === undefined) return;
    const sync = alignAudio({ videoLatencyMs, networkMs, audioBufferMs });
    this.#audioLeadMs = sync.audioLeadMs;
    const rtpReceiver = this.receiver.consumer.rtpReceiver;
    if (sync.bufferTargetMs !== undefined && rtpReceiver !== undefined) {
      rtpReceiver.jitterBufferTarget = sync.bufferTargetMs;
    }
  }

  close(): void {
    this.#element.srcObject = null;
    this.#element.remove();
    this.receiver.close();
  }

  /** Delay in the jitter buffer since the last call, ms. */
  async #readBuffer(): Promise<number | undefined> {
    const before = this.#buffer;
    for (const entry of (await this.receiver.consumer.getStats()).values()) {
      const stats = entry as RTCInboundRtpStreamStats;
      if (stats.type !== 'inbound-rtp') continue;
      this.#buffer = {
        delay: stats.jitterBufferDelay ?? 0,
        count: stats.jitterBufferEmittedCount ?? 0,
      };
    }
    const now = this.#buffer;
    if (before === undefined || now === undefined || now.count <= before.count) return undefined;
    return (1000 * (now.delay - before.delay)) / (now.count - before.count);
  }
}
