import {
  createReceiverQueue,
  type FrameArrival,
  type ReceiverQueue,
  type SentFrame,
} from './receiverQueue.js';

/** Frames remembered, and how long a receiver's word counts, ms. */
const REMEMBERED_FRAMES = 240;
const SILENT_AFTER_MS = 1000;

/** What receivers tell of the frames on their way. */
export interface BacklogReading {
  /** ms that a frame sent now will wait for those before it */
  readonly waitMs: number;
  /** ms that the latest frames to arrive had waited */
  readonly waitedMs: number;
  /** ms since a receiver last told of an arrival */
  readonly heardMs: number;
  /** bit/s that came through within the last second while frames waited for each other, where they did */
  readonly carriedBitrate?: number;
}

/** How long frames wait on their way, in the sender's pacer and in the network, as receivers tell. */
export interface SendBacklog {
  /** A frame was handed to the transport; it takes so many bits on the wire. */
  sent(sequence: number, now: number, bits: number): void;
  /** A receiver names frames that it has, in their order; reports may be late, repeat and overtake. */
  arrived(receiver: string, arrivals: readonly FrameArrival[], now: number): void;
  remove(receiver: string): void;
  /**
   * The reading at `now`; undefined while nobody tells. With several receivers it is that of the least
   * wait: what one of them waits for is on its own way from the server.
   *
   * @param bitrate bit/s at which the queue drains where no receiver tells
   */
  reading(now: number, bitrate: number): BacklogReading | undefined;
  /** ms that the latest frames to arrive at some receiver had waited, at most; 0 while nobody tells */
  waitedMs(now: number): number;
  /** ms for which some receiver has been silent about the next frame beyond the usual time */
  overdueMs(now: number): number;
}

export function createSendBacklog(): SendBacklog {
  const frames = new Map<number, SentFrame>();
  const receivers = new Map<string, ReceiverQueue>();

  const talking = (now: number): ReceiverQueue[] =>
    [...receivers.values()].filter(({ heardAt }) => now - heardAt < SILENT_AFTER_MS);

  return {
    sent(sequence, now, bits) {
      frames.set(sequence, { at: now, bits });
      for (const old of frames.keys()) {
        if (old > sequence - REMEMBERED_FRAMES) break;
        frames.delete(old);
      }
    },
    arrived(id, arrivals, now) {
      const queue = receivers.get(id) ?? createReceiverQueue(frames);
      receivers.set(id, queue);
      for (const arrival of arrivals) queue.arrived(arrival, now);
    },
    remove(id) {
      receivers.delete(id);
    },
    reading(now, bitrate) {
      const queues = talking(now);
      const readings = queues.map((queue) => ({ queue, waitMs: queue.waitMs(now, bitrate) }));
      const [first, ...others] = readings;
      if (first === undefined) return undefined;
      const { queue, waitMs } = others.reduce(
        (least, other) => (other.waitMs < least.waitMs ? other : least),
        first,
      );
      const carriedBitrate = queue.carriedBitrate(now);
      return {
        waitMs,
        waitedMs: queue.waitedMs,
        heardMs: now - Math.max(...queues.map(({ heardAt }) => heardAt)),
        ...(carriedBitrate !== undefined && { carriedBitrate }),
      };
    },
    waitedMs: (now) => Math.max(0, ...talking(now).map((queue) => queue.waitedMs)),
    overdueMs: (now) => Math.max(0, ...talking(now).map((queue) => queue.overdueMs(now))),
  };
}
