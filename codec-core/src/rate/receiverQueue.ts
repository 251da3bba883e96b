/** The quickest way may have grown longer (a new route): its minimum is taken over so long, ms. */
const BASE_WINDOW_MS = 10_000;
/**
 * A packet that had to be sent again holds up a frame and those behind it, a queue holds up all: of the
 * frames that arrived within this time, ms, the one that tells of the shortest queue is believed.
 */
const BELIEVED_MS = 100;
/** What the link carries is measured over this time, ms, if frames waited for so much of it. */
const MEASURE_MS = 1000;
const LEAST_BUSY_MS = 100;
/** The longest silence about a frame is forgotten at 20 ms per second. */
const SILENCE_DRIFT = 0.02;
/** Weight of a frame in how long it takes until one is named. */
const USUAL_WEIGHT = 0.1;
/** A frame that is overdue shared the link with others: it counts as so many bits at least, one packet. */
const LEAST_BITS = 10_000;

export interface SentFrame {
  readonly at: number;
  /** On the wire. */
  readonly bits: number;
}

/** A frame that reached a receiver. */
export interface FrameArrival {
  readonly sequence: number;
  /** From leaving the sender to arriving, ms; a constant error does no harm. */
  readonly tripMs: number;
}

interface NamedFrame extends FrameArrival {
  readonly sent: SentFrame;
  readonly heardAt: number;
}

/** What waits on the way to one receiver, as it tells by naming the frames that it has. */
export interface ReceiverQueue {
  /** When it last named a frame that was news, ms. */
  readonly heardAt: number;
  arrived(arrival: FrameArrival, now: number): void;
  /** ms for which it has been silent about the next frame beyond the usual time; below 0 while that is not over */
  overdueMs(now: number): number;
  /** bit/s that came through within the last second while frames waited; undefined where too few did */
  carriedBitrate(now: number): number | undefined;
  /** ms that the latest of its frames had waited */
  readonly waitedMs: number;
  /** ms that a frame sent now will wait for those before it; the queue drains at `bitrate` at most */
  waitMs(now: number, bitrate: number): number;
}

/**
 * Creates a {@link ReceiverQueue}. What a frame waited is its trip beyond the shortest one seen; the
 * frames sent since then joined that queue, and it drains at the rate of arrival.
 *
 * @param frames what was sent lately, by sequence number, in order
 */
export function createReceiverQueue(frames: ReadonlyMap<number, SentFrame>): ReceiverQueue {
  /** Trips that are, or may become, the quickest of the window; quickest and oldest first. */
  const quick: { readonly tripMs: number; readonly at: number }[] = [];
  const named: NamedFrame[] = [];
  let heardAt = -Infinity;
  /** Longest time from sending a frame until it or a newer one was named, without what waited, ms. */
  let silenceMs = 0;
  /** Mean time from sending a frame until it was named, without what it waited, ms. */
  let usualMs = 0;

  const waited = ({ tripMs }: FrameArrival): number => tripMs - (quick[0]?.tripMs ?? tripMs);
  /** When a frame had left the queue. */
  const leftAt = (frame: NamedFrame): number => frame.sent.at + waited(frame);

  /** The frames that arrived last. */
  function latest(): NamedFrame[] {
    const arrivedAt = ({ sent, tripMs }: NamedFrame): number => sent.at + tripMs;
    const newest = named.at(-1);
    return named.filter((frame) => newest && arrivedAt(newest) - arrivedAt(frame) < BELIEVED_MS);
  }

  function noteTrip(tripMs: number, now: number): void {
    while ((quick.at(-1)?.tripMs ?? -Infinity) >= tripMs) quick.pop();
    quick.push({ tripMs, at: now });
    while ((quick[0]?.at ?? now) < now - BASE_WINDOW_MS) quick.shift();
  }

  /** The oldest frame that is not named, and since when it might have been on its way. */
  function oldestUnnamed(): { readonly since: number; readonly bits: number } | undefined {
    const newest = named.at(-1);
    const oldest = newest && frames.get(newest.sequence + 1);
    return oldest && { since: Math.max(leftAt(newest), oldest.at), bits: oldest.bits };
  }

  /** bit/s at most, from the silence about that frame: it has not left yet. */
  function mostOverdue(now: number): number {
    const oldest = oldestUnnamed();
    if (oldest === undefined) return Infinity;
    const overdueMs = now - silenceMs - oldest.since;
    return overdueMs > 0 ? (1000 * Math.max(LEAST_BITS, oldest.bits)) / overdueMs : Infinity;
  }

  /** When all that was sent after a frame has left the queue. */
  function emptyAfter(frame: NamedFrame, bitsPerMs: number): number {
    let emptyAt = leftAt(frame);
    for (const [sequence, { at, bits }] of frames) {
      if (sequence > frame.sequence) emptyAt = Math.max(emptyAt, at) + bits / bitsPerMs;
    }
    return emptyAt;
  }

  function carriedBitrate(now: number): number | undefined {
    let bits = 0;
    let busyMs = 0;
    for (const [i, frame] of named.entries()) {
      const before = named[i - 1];
      // Where the frame before had left when this one was sent, the link may have been idle.
      const busy = before?.sequence === frame.sequence - 1 && frame.sent.at <= leftAt(before);
      if (!busy || now - frame.heardAt > MEASURE_MS) continue;
      bits += frame.sent.bits;
      busyMs += leftAt(frame) - leftAt(before);
    }
    return busyMs >= LEAST_BUSY_MS ? (1000 * bits) / busyMs : undefined;
  }

  return {
    get heardAt() {
      return heardAt;
    },
    arrived(arrival, now) {
      const sent = frames.get(arrival.sequence);
      const newest = named.at(-1);
      if (sent === undefined || (newest && arrival.sequence <= newest.sequence)) return;
      noteTrip(arrival.tripMs, now);
      const oldest = (newest && frames.get(newest.sequence + 1)) ?? sent;
      const usual = newest ? silenceMs - SILENCE_DRIFT * (now - heardAt) : 0;
      silenceMs = Math.max(now - oldest.at - waited(arrival), usual);
      named.push({ ...arrival, sent, heardAt: now });
      while (named.length > 1 && (named[0]?.heardAt ?? now) < now - MEASURE_MS) named.shift();
      const took = now - sent.at - waited(arrival);
      usualMs += (newest ? USUAL_WEIGHT : 1) * (took - usualMs);
      heardAt = now;
    },
    overdueMs: (now) => now - usualMs - (oldestUnnamed()?.since ?? now),
    carriedBitrate,
    get waitedMs() {
      return named.length > 0 ? Math.min(...latest().map(waited)) : 0;
    },
    waitMs(now, bitrate) {
      const newest = named.at(-1);
      if (newest === undefined) return 0;
      const carried = carriedBitrate(now) ?? Infinity;
      const bitsPerMs = Math.max(1, Math.min(carried, bitrate, mostOverdue(now))) / 1000;
      const emptyAt = latest().map((frame) => emptyAfter(frame, bitsPerMs));
      return Math.max(0, Math.min(...emptyAt) - now);
    },
  };
}
