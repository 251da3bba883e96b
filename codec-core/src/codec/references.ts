import type { Kernels, Pointer } from '../kernels/kernels.js';
import { CHROMA_PADDING, LUMA_PADDING, paddedBytes, STATE_BYTES } from '../motion/geometry.js';
import { isRetained } from './retention.js';
import type { Workspace } from './workspace.js';

/** A decoded picture with all that predicting from it needs. */
export interface Reference {
  readonly frameId: number;
  /** Edge-padded planes. */
  readonly y: Pointer;
  readonly u: Pointer;
  readonly v: Pointer;
  readonly motion: Pointer;
  readonly flags: Pointer;
  readonly state: Pointer;
  readonly contexts: Pointer;
}

type Slot = Omit<Reference, 'frameId'> & { frameId: number | undefined };

/** The pictures that `retention.ts` keeps; the same on both sides when no frame is lost. */
export class References {
  readonly #kernels: Kernels;
  readonly #work: Workspace;
  readonly #slots: Slot[] = [];

  constructor(kernels: Kernels, work: Workspace) {
    this.#kernels = kernels;
    this.#work = work;
  }

  find(frameId: number): Reference | undefined {
    const slot = this.#slots.find((s) => s.frameId === frameId);
    return slot?.frameId === undefined ? undefined : { ...slot, frameId: slot.frameId };
  }

  /** Forgets every picture (before a key frame of another size or stream). */
  clear(): void {
    for (const slot of this.#slots) slot.frameId = undefined;
  }

  /**
   * Keeps the picture that the workspace holds, in place of an earlier one of that number; those too
   * far back make room.
   * @param keep number of one that stays in any case
   */
  store(frameId: number, keep?: number): void {
    const { grid, decoded, motion, flags, state, contexts } = this.#work;
    for (const slot of this.#slots) {
      if (slot.frameId === undefined) continue;
      const stays = slot.frameId === keep || isRetained(slot.frameId, frameId);
      if (slot.frameId === frameId || !stays) slot.frameId = undefined;
    }
    const slot = this.#take();
    const { run } = this.#kernels;
    const { w8, h8, blocks } = grid;
    run.padPlane(decoded.y, w8, w8, h8, slot.y, LUMA_PADDING);
    run.padPlane(decoded.u, w8 / 2, w8 / 2, h8 / 2, slot.u, CHROMA_PADDING);
    run.padPlane(decoded.v, w8 / 2, w8 / 2, h8 / 2, slot.v, CHROMA_PADDING);
    this.#kernels.copy(motion, slot.motion, 4 * blocks);
    this.#kernels.copy(flags, slot.flags, blocks);
    this.#kernels.copy(state, slot.state, STATE_BYTES * blocks);
    this.#kernels.copy(contexts.start, slot.contexts, contexts.bytes);
    slot.frameId = frameId;
  }

  #take(): Slot {
    const free = this.#slots.find((s) => s.frameId === undefined);
    if (free) return free;
    const slot = this.#allocate();
    this.#slots.push(slot);
    return slot;
  }

  #allocate(): Slot {
    const { w8, h8, blocks } = this.#work.grid;
    const allocate = (bytes: number): Pointer => this.#kernels.allocate(bytes);
    const chroma = paddedBytes(w8 / 2, h8 / 2, CHROMA_PADDING);
    return {
      frameId: undefined,
      y: allocate(paddedBytes(w8, h8, LUMA_PADDING)),
      u: allocate(chroma),
      v: allocate(chroma),
      motion: allocate(4 * blocks),
      flags: allocate(blocks),
      state: allocate(STATE_BYTES * blocks),
      contexts: allocate(this.#work.contexts.bytes),
    };
  }
}
