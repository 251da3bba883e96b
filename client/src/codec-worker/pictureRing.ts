import type { Picture } from './messages.js';

/** Keeps the latest captured pictures for tests, up to a number of bytes. */
export class PictureRing {
  readonly #maxBytes: number;
  readonly #pictures: Picture[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps a copy. */
  add(picture: Picture): void {
    this.#pictures.push({ ...picture, data: picture.data.slice() });
    this.#bytes += picture.data.length;
    while (this.#bytes > this.#maxBytes && this.#pictures.length > 1) {
      this.#bytes -= this.#pictures.shift()?.data.length ?? 0;
    }
  }

  /** The picture captured at this room time (ms), if it is still kept. */
  find(captureTime: number): Picture | undefined {
    return this.#pictures.find((picture) => Math.abs(picture.captureTime - captureTime) < 0.06);
  }
}
