export interface ShownTrackOptions<Picture> {
  readonly write: (picture: Picture) => void;
  /** The first picture of the preferred layer is shown, `gapMs` after the last one of another. */
  readonly onShown: (consumerId: string, gapMs: number) => void;
}

/**
 * The pictures that one video element gets, from the layers of one source. The
 * layer that is shown stays until the preferred one has a newer picture, so that
 * a switch leaves neither a hole nor a step back in time.
 */
export class ShownTrack<Picture> {
  readonly #options: ShownTrackOptions<Picture>;
  #preferred: string | undefined;
  #announced = false;
  #shown: string | undefined;
  #lastCapture = -Infinity;
  #lastAt: number | undefined;

  constructor(options: ShownTrackOptions<Picture>) {
    this.#options = options;
  }

  /** Changes to this layer as soon as it has a picture. */
  prefer(consumerId: string): void {
    this.#preferred = consumerId;
    this.#announced = false;
  }

  /** The pause until the next picture is on purpose. */
  standStill(consumerId: string): void {
    if (consumerId === this.#shown) this.#lastAt = undefined;
  }

  /**
   * @param captureTime ms
   * @param now ms
   * @returns whether the picture was taken
   */
  show(consumerId: string, picture: Picture, captureTime: number, now: number): boolean {
    const preferred = consumerId === this.#preferred;
    if (!preferred && consumerId !== this.#shown) return false;
    const changes = preferred && consumerId !== this.#shown;
    if (changes && captureTime <= this.#lastCapture) return false;
    const gapMs = changes && this.#lastAt !== undefined ? now - this.#lastAt : 0;
    this.#shown = consumerId;
    this.#lastCapture = captureTime;
    this.#lastAt = now;
    this.#options.write(picture);
    if (preferred && !this.#announced) {
      this.#announced = true;
      this.#options.onShown(consumerId, gapMs);
    }
    return true;
  }
}
