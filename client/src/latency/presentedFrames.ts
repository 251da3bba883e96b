import { visibleTime } from './visibleTime.js';

/** One frame that the compositor took. */
export interface PresentedFrame {
  /** Timestamp of the shown frame, ms: room time of its capture for INN. */
  readonly mediaTime: number;
  /** When it can be seen, machine time, ms. */
  readonly presentedAt: number;
  /** Of frames that the browser received and decoded itself. */
  readonly rtpTimestamp: number | undefined;
}

/** Follows what a video element really shows. */
export class PresentedFrames {
  readonly #element: HTMLVideoElement;
  readonly #onFrame: (frame: PresentedFrame) => void;
  #handle: number | undefined;
  #presented = 0;

  constructor(element: HTMLVideoElement, onFrame: (frame: PresentedFrame) => void) {
    this.#element = element;
    this.#onFrame = onFrame;
    this.#watch();
  }

  /** Frames that the compositor took, also those that had no callback of their own. */
  get presented(): number {
    return this.#presented;
  }

  close(): void {
    if (this.#handle !== undefined) this.#element.cancelVideoFrameCallback(this.#handle);
  }

  #watch(): void {
    this.#handle = this.#element.requestVideoFrameCallback((refresh, metadata) => {
      this.#presented = metadata.presentedFrames;
      this.#onFrame({
        mediaTime: metadata.mediaTime * 1000,
        presentedAt: performance.timeOrigin + visibleTime(refresh, metadata.presentationTime),
        rtpTimestamp: metadata.rtpTimestamp,
      });
      this.#watch();
    });
  }
}
