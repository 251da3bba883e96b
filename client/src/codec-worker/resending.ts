import type { FeedbackReport } from '@inncall/sfu/protocol';
import type { PendingPacket } from '../transport/carrierSender.js';
import { furtherParts } from '../transport/parts.js';

/** Frames that can be sent once more. */
const REMEMBERED_FRAMES = 16;
/** Of more frames lost at once only a newer one is worth its time. */
const MOST_LOST = 2;
/** Where frames wait so long for each other, ms, what is sent once more would hold up new ones. */
const MOST_WAIT_MS = 60;

type Report = Pick<FeedbackReport, 'lost' | 'lacking'>;

interface SentFrame {
  /** Of its carrier, µs. */
  readonly timestamp: number;
  readonly pending: PendingPacket;
}

/**
 * What a receiver lacks of a frame is sent after it, if such frames are few and nothing waits: that is sooner than
 * the next picture of the camera, which needs them no more.
 */
export class Resending {
  /** By sequence number, those of which nothing was sent once more. */
  readonly #frames = new Map<number, SentFrame>();

  sent(timestamp: number, pending: PendingPacket): void {
    this.#frames.set(pending.packet.sequence, { timestamp, pending });
    for (const old of this.#frames.keys()) {
      if (this.#frames.size <= REMEMBERED_FRAMES) break;
      this.#frames.delete(old);
    }
  }

  /**
   * @param report what a receiver names as lost
   * @param waitedMs what the latest frames had waited for those before them
   * @returns what to send, each in a carrier of its own
   */
  take({ lost, lacking = [] }: Report, waitedMs: number): readonly SentFrame[] {
    if (lost.length > MOST_LOST || waitedMs > MOST_WAIT_MS) return [];
    return lost.flatMap((sequence, i) => {
      const frame = this.#frames.get(sequence);
      this.#frames.delete(sequence);
      return frame === undefined ? [] : remainder(frame, lacking[i] ?? 0);
    });
  }
}

function remainder({ timestamp, pending }: SentFrame, lacking: number): SentFrame[] {
  const { packet, capturedAt, loss = 0 } = pending;
  return furtherParts(packet, loss, lacking).map((part) => ({
    timestamp,
    pending: { packet: part, capturedAt },
  }));
}
