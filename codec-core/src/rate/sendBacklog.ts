/** The quickest way may have grown longer (a new route): its minimum is forgotten at 5 ms per second. */
const BASE_DRIFT = 0.005;
/** Frames remembered, and how long a receiver's word counts, ms. */
const REMEMBERED_FRAMES = 240;
const SILENT_AFTER_MS = 1000;
/** The rate of arrival is measured over at least so long, ms. */
const MEASURE_MS = 80;
/** The longest silence about a frame is forgotten at 20 ms per second. */
const SILENCE_DRIFT = 0.02;
/** A frame that is overdue shared the link with others: it counts as so many bits at least, one packet. */
const LEAST_BITS = 10_000;

interface SentFrame {
  readonly at: number;
  readonly bits: number;
}

/** A frame that reached a receiver. */
export interface FrameArrival {
  readonly sequence: number;
  /** From leaving the sender to arriving, ms; a constant error does no harm. */
  readonly tripMs: number;
}

interface Receiver {
  /** Quickest trip, ms. */
  readonly baseMs: number;
  readonly heardAt: number;
  /** Newest frame that was named, and when it left the queue. */
  readonly sequence: number;
  readonly leftAt: number;
  /** bit/s that the link carries; undefined where nothing tells */
  readonly drain: number | undefined;
  /** Longest time from sending a frame until it or a newer one was named, without what waited, ms. */
  readonly silenceMs: number;
}

/** What receivers tell of the frames on their way. */
export interface BacklogReading {
  /** ms that a frame sent now will wait for those before it */
  readonly waitMs: number;
  /** ms since a receiver last told of an arrival */
  readonly heardMs: number;
}

/** How long frames wait on their way, in the sender's pacer and in the network, as receivers tell. */
export interface SendBacklog {
  /** A frame was handed to the transport. */
  sent(sequence: number, now: number, bits: number): void;
  /** A receiver names a frame that it has; reports may be late, repeat and overtake. */
  arrived(receiver: string, arrival: FrameArrival, now: number): void;
  remove(receiver: string): void;
  /**
   * The wait at `now`; undefined while nobody tells. With several receivers the least: what one of them
   * waits for is on its own way from the server.
   *
   * @param bitrate bit/s at which the queue drains where no receiver tells
   */
  reading(now: number, bitrate: number): BacklogReading | undefined;
}

/**
 * Creates a {@link SendBacklog}. What a frame waited is its trip beyond the shortest one seen; the
 * frames sent since then joined that queue, and it drains at the rate of arrival.
 */
export function createSendBacklog(): SendBacklog {
  const frames = new Map<number, SentFrame>();
  const receivers = new Map<string, Receiver>();

  /**
   * bit/s between the moments at which two frames left the queue; undefined where the link may have
   * been idle between them: the second was not yet sent when the first left.
   */
  function carriedRate(from: Receiver, sequence: number, leftAt: number): number | undefined {
    const ms = leftAt - from.leftAt;
    const sentAt = frames.get(sequence)?.at ?? Infinity;
    if (ms < MEASURE_MS || sentAt > from.leftAt) return undefined;
    let bits = 0;
    for (const [number, frame] of frames) {
      if (number > from.sequence && number <= sequence) bits += frame.bits;
    }
    return (1000 * bits) / ms;
  }

  /** bit/s at most, from the silence about the oldest frame that is not named: it has not left yet. */
  function mostOverdue({ leftAt, silenceMs }: Receiver, oldest: SentFrame, now: number): number {
    const overdueMs = now - silenceMs - Math.max(leftAt, oldest.at);
    return overdueMs > 0 ? (1000 * Math.max(LEAST_BITS, oldest.bits)) / overdueMs : Infinity;
  }

  function waitOf(receiver: Receiver, now: number, bitrate: number): number {
    const waiting = [...frames].filter(([number]) => number > receiver.sequence);
    const oldest = waiting[0]?.[1];
    const most = oldest ? mostOverdue(receiver, oldest, now) : Infinity;
    const bitsPerMs = Math.max(1, Math.min(receiver.drain ?? Infinity, bitrate, most)) / 1000;
    let emptyAt = receiver.leftAt;
    for (const [, { at, bits }] of waiting) emptyAt = Math.max(emptyAt, at) + bits / bitsPerMs;
    return Math.max(0, emptyAt - now);
  }

  return {
    sent(sequence, now, bits) {
      frames.set(sequence, { at: now, bits });
      for (const old of frames.keys()) {
        if (old > sequence - REMEMBERED_FRAMES) break;
        frames.delete(old);
      }
    },
    arrived(id, { sequence, tripMs }, now) {
      const sent = frames.get(sequence);
      const before = receivers.get(id);
      if (sent === undefined || (before && sequence <= before.sequence)) return;
      const usual = before ? before.baseMs + BASE_DRIFT * (now - before.heardAt) : Infinity;
      const baseMs = Math.min(tripMs, usual);
      const leftAt = sent.at + tripMs - baseMs;
      const drain = before && carriedRate(before, sequence, leftAt);
      const oldest = (before && frames.get(before.sequence + 1)) ?? sent;
      const usualSilence = before ? before.silenceMs - SILENCE_DRIFT * (now - before.heardAt) : 0;
      const silenceMs = Math.max(now - oldest.at - (tripMs - baseMs), usualSilence);
      receivers.set(id, { baseMs, heardAt: now, sequence, leftAt, drain, silenceMs });
    },
    remove(id) {
      receivers.delete(id);
    },
    reading(now, bitrate) {
      const talking = [...receivers.values()].filter(
        ({ heardAt }) => now - heardAt < SILENT_AFTER_MS,
      );
      if (talking.length === 0) return undefined;
      return {
        waitMs: Math.min(...talking.map((receiver) => waitOf(receiver, now, bitrate))),
        heardMs: now - Math.max(...talking.map(({ heardAt }) => heardAt)),
      };
    },
  };
}
