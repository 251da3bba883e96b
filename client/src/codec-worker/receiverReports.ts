import { LIMITS, type FeedbackReport } from '@inncall/sfu/protocol';

/** What tells nothing urgent is gathered for so long, ms: a queue should be known within a frame or two. */
const INTERVAL_MS = 60;
/** So soon where packets got lost lately, ms: what is overdue should be known before the next frame. */
const LOSSY_INTERVAL_MS = 25;
const LOSSY_MS = 10_000;

type Arrival = FeedbackReport['arrivals'][number];

/**
 * Gathers what the sender of one stream should know of its frames, and says it:
 * a new loss at once, together with all that was decoded until then, the rest
 * up to sixteen times a second, forty where packets got lost lately. While something is missing it is said again and again.
 */
export class ReceiverReports {
  readonly #send: (report: FeedbackReport) => void;
  #acknowledged: number[] = [];
  #reportedLost = new Set<number>();
  #needsKeyFrame = false;
  #recovered = 0;
  #missing = 0;
  #missedAt = -Infinity;
  #sentAt = -Infinity;
  #arrivals: Arrival[] = [];

  constructor(send: (report: FeedbackReport) => void) {
    this.#send = send;
  }

  acknowledge(sequence: number): void {
    this.#acknowledged.push(sequence);
  }

  /** So many packets did not come, and so many frames are here all the same. */
  miss(packets: number, recovered: number): void {
    this.#missing = Math.min(LIMITS.feedbackPackets, this.#missing + packets);
    this.#recovered = Math.min(LIMITS.feedbackFrames, this.#recovered + recovered);
  }

  /** The next report asks for a key frame. */
  requestKeyFrame(): void {
    this.#needsKeyFrame = true;
  }

  /** A frame is here; clocks that are not aligned yet tell nothing of its way. */
  arrived(arrival: Arrival): void {
    if (Math.abs(arrival.tripMs) > LIMITS.tripMs) return;
    this.#arrivals.push(arrival);
    if (this.#arrivals.length > LIMITS.feedbackFrames) this.#arrivals.shift();
  }

  /**
   * Sends a report if it is time at `now` (ms).
   *
   * @param lost what is missing at present, ascending
   * @param lackingOf parts that a frame lacks, 0 where that is not known
   */
  update(lost: readonly number[], lackingOf: (sequence: number) => number, now: number): void {
    const fresh = lost.some((sequence) => !this.#reportedLost.has(sequence));
    const urgent = fresh || this.#needsKeyFrame;
    if (this.#missing > 0) this.#missedAt = now;
    const interval = now - this.#missedAt < LOSSY_MS ? LOSSY_INTERVAL_MS : INTERVAL_MS;
    const due = now - this.#sentAt >= interval;
    const news = lost.length + this.#acknowledged.length + this.#arrivals.length > 0;
    if (!urgent && !(due && news)) return;
    this.#sentAt = now;
    this.#reportedLost = new Set(lost);
    const named = shorten(lost);
    const lacking = named.map(lackingOf);
    this.#send({
      acknowledged: this.#acknowledged.slice(-LIMITS.feedbackFrames),
      lost: named,
      ...(lacking.some((parts) => parts > 0) && { lacking }),
      needsKeyFrame: this.#needsKeyFrame,
      ...(this.#missing > 0 && { missing: this.#missing }),
      ...(this.#recovered > 0 && { recovered: this.#recovered }),
      arrivals: this.#arrivals,
    });
    this.#arrivals = [];
    this.#missing = 0;
    this.#recovered = 0;
    this.#acknowledged = [];
    this.#needsKeyFrame = false;
  }
}

/** The first ones say what all later frames lack, the last one how far this was seen. */
function shorten(lost: readonly number[]): number[] {
  if (lost.length <= LIMITS.feedbackFrames) return [...lost];
  return [...lost.slice(0, LIMITS.feedbackFrames - 1), ...lost.slice(-1)];
}
