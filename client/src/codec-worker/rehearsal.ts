import type { Decoder } from '@inncall/codec-core';
import type { WorkQueue } from '../workQueue.js';

/**
 * Decodes pictures that nobody sees, so that the engine has its best machine code, and a decoder its
 * memory, before the first picture of a call.
 */
export class Rehearsal {
  readonly #work: WorkQueue;
  readonly #decoder: Decoder;
  #over = false;

  /** @param work of the thread that the decoder belongs to */
  constructor(work: WorkQueue, decoder: Decoder) {
    this.#work = work;
    this.#decoder = decoder;
  }

  /** The next picture, the first one a key frame. What waits when the rehearsal ends is left out. */
  async play(coded: Uint8Array): Promise<void> {
    await this.#work.run(async () => {
      if (!this.#over) await this.#decoder.decode(coded, 0);
    });
  }

  /** Ends the rehearsal; its decoder belongs to the caller, who uses it in turn with other work. */
  end(): Decoder {
    this.#over = true;
    return this.#decoder;
  }
}
