import { machineTime } from '../codec-worker/machineTime.js';
import { AudioLatency } from '../latency/audioLatency.js';
import { LipSync, type LipSyncPlan } from '../latency/lipSync.js';
import type { MediaReceiver } from '../receivePipeline.js';
import type { ReceivedVideo } from './receivedVideo.js';

/** How a sound and the picture of the same person come together, ms. */
export interface AudioSync extends LipSyncPlan {
  /** From microphone to ear. */
  readonly audioLatencyMs: number;
  /** How much the sound is ahead of the picture; late if negative. */
  readonly audioLeadMs: number;
}

/** A received microphone, played by an element of its own. */
export class ReceivedAudio {
  readonly receiver: MediaReceiver;
  readonly #element = new Audio();
  readonly #latency: AudioLatency | undefined;
  readonly #lipSync = new LipSync();
  #plan: LipSyncPlan = { bufferTargetMs: 0, pictureLatencyMs: 0 };
  #sync: AudioSync | undefined;

  constructor(receiver: MediaReceiver, speakerId: string | undefined) {
    this.receiver = receiver;
    const { rtpReceiver } = receiver.consumer;
    if (rtpReceiver !== undefined) this.#latency = new AudioLatency(rtpReceiver);
    this.#element.srcObject = receiver.stream;
    this.#element.hidden = true;
    document.body.append(this.#element);
    this.#element.autoplay = true;
    if (speakerId !== undefined) this.setSpeaker(speakerId);
    // Refused only where the person has not touched the page; joining is a touch.
    this.#element.play().catch(() => undefined);
  }

  /** As it was at the last look; `undefined` while nothing is heard or seen. */
  get sync(): AudioSync | undefined {
    return this.#sync;
  }

  setSpeaker(deviceId: string): void {
    // A speaker that is gone leaves the sound where it was.
    this.#element.setSinkId(deviceId).catch(() => undefined);
  }

  /** Brings the sound in step with a picture of the same person; with VP8 the browser does. */
  async align(video: ReceivedVideo): Promise<void> {
    const { latencyMs, bufferMs } = (await this.#latency?.read(machineTime())) ?? {};
    const { videoLatencyMs, ownLatencyMs, clockDifferenceMs } = video.timing;
    if (latencyMs === undefined || bufferMs === undefined || videoLatencyMs === undefined) {
      this.#sync = undefined;
      video.setPictureLatency(0);
      return;
    }
    const audioLatencyMs = latencyMs + clockDifferenceMs;
    if (ownLatencyMs !== undefined) {
      this.#plan = this.#lipSync.look({ videoLatencyMs: ownLatencyMs, audioLatencyMs, bufferMs });
      const { rtpReceiver } = this.receiver.consumer;
      if (rtpReceiver !== undefined) rtpReceiver.jitterBufferTarget = this.#plan.bufferTargetMs;
      video.setPictureLatency(this.#plan.pictureLatencyMs);
    }
    this.#sync = {
      audioLatencyMs,
      audioLeadMs: videoLatencyMs - audioLatencyMs,
      ...this.#plan,
    };
  }

  close(): void {
    this.#element.srcObject = null;
    this.#element.remove();
    this.receiver.close();
  }
}
