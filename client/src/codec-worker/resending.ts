import type { PendingPacket } from '../transport/carrierSender.js';

/** Frames that can be sent once more. */
const REMEMBERED_FRAMES = 16;
/** Of more frames lost at once only a newer one is worth its time. */
const MOST_LOST = 2;
/** Where frames wait so long for each other, ms, what is sent once more would hold up new ones. */
const MOST_WAIT_MS = 60;

interface SentFrame {
  /** Of its carrier, µs. */
  readonly timestamp: number;
  readonly pending: PendingPacket;
}

/**
 * Frames that a receiver lacks are sent once more, if they are few and nothing waits: that is sooner than the next
 * picture of the camera, which needs them no more.
 */
export class Resending {
  /** By sequence number, those that were not sent once more. */
  readonly #frames = new Map<number, SentFrame>();

  sent(timestamp: number, pending: PendingPacket): void {
    this.#frames.set(pending.packet.sequence, { timestamp, pending });
    for (const old of this.#frames.keys()) {
      if (this.#frames.size <= REMEMBERED_FRAMES) break;
      this.#frames.delete(old);
    }
  }

  /**
   * @param lost sequence numbers that a receiver names as lost
   * @param waitedMs what the latest frames had waited for those before them
   * @returns the frames to send once more
   */
  take(lost: readonly number[], waitedMs: number): readonly SentFrame[] {
    if (lost.length > MOST_LOST || waitedMs > MOST_WAIT_MS) return [];
    return lost.flatMap((sequence) => {
      const frame = this.#frames.get(sequence);
      this.#frames.delete(sequence);
      return frame ?? [];
    });
  }
}
