import type { MediaReceiver } from '../receivePipeline.js';

/** A received microphone, played by an element of its own. */
export class ReceivedAudio {
  readonly receiver: MediaReceiver;
  readonly #element = new Audio();

  constructor(receiver: MediaReceiver, speakerId: string | undefined) {
    this.receiver = receiver;
    this.#element.srcObject = receiver.stream;
    this.#element.autoplay = true;
    if (speakerId !== undefined) this.setSpeaker(speakerId);
    // Refused only where the person has not touched the page; joining is a touch.
    this.#element.play().catch(() => undefined);
  }

  setSpeaker(deviceId: string): void {
    // A speaker that is gone leaves the sound where it was.
    this.#element.setSinkId(deviceId).catch(() => undefined);
  }

  close(): void {
    this.#element.srcObject = null;
    this.receiver.close();
  }
}
