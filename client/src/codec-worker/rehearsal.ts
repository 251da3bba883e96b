import type { Decoder } from '@inncall/codec-core';
import type { WorkQueue } from '../workQueue.js';

/** Decodes pictures that nobody sees, so that the engine has its best machine code before a call. */
export class Rehearsal {
  readonly #work: WorkQueue;
  readonly #createDecoder: () => Decoder;
  #decoder: Decoder | undefined;
  #round = 0;

  /** @param work of the thread that the decoder belongs to */
  constructor(work: WorkQueue, createDecoder: () => Decoder) {
    this.#work = work;
    this.#createDecoder = createDecoder;
  }

  /** The next picture, the first one a key frame. What waits when the rehearsal closes is left out. */
  async play(coded: Uint8Array): Promise<void> {
    const round = this.#round;
    await this.#work.run(async () => {
      if (round !== this.#round) return;
      this.#decoder ??= this.#createDecoder();
      await this.#decoder.decode(coded, 0);
    });
  }

  /** Ends the rehearsal; another one may begin. */
  async close(): Promise<void> {
    this.#round += 1;
    await this.#work.run(async () => {
      const decoder = this.#decoder;
      this.#decoder = undefined;
      await decoder?.close();
    });
  }
}
