import type { TakeMemory } from '@inncall/codec-core';

/** New memory every time: for what is done seldom. */
export const freshMemory: TakeMemory = (bytes) => new Uint8Array(bytes);

/** Pieces that are remembered; one forgotten while in use is not given again. */
const MAX_PIECES = 12;

/**
 * Memory of pictures, used again. Fresh memory of a picture's size comes page by page from the
 * operating system: on a virtual machine copying 640×360 into it took 1.8 ms instead of 0.03 ms.
 */
export class PictureMemory {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  /**
   * A piece of this size that is not among those in use.
   *
   * @param used every piece whose contents are still needed
   */
  take(bytes: number, used: ReadonlySet<Uint8Array>): Uint8Array<ArrayBuffer> {
    const free = this.#pieces.find((piece) => piece.length === bytes && !used.has(piece));
    if (free !== undefined) return free;
    const piece = new Uint8Array(bytes);
    this.#pieces.push(piece);
    if (this.#pieces.length > MAX_PIECES) this.#pieces.shift();
    return piece;
  }
}
