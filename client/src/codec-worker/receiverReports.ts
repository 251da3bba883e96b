import { LIMITS, type FeedbackReport } from '@inncall/sfu/protocol';

/** What tells nothing urgent is gathered for so long, ms: a queue should be known within a frame or two. */
const INTERVAL_MS = 60;

type Arrival = FeedbackReport['arrivals'][number];

/**
 * Gathers what the sender of one stream should know of its frames, and says it:
 * a new loss at once, together with all that was decoded until then, the rest
 * up to sixteen times a second. While something is missing it is said again and again.
 */
export class ReceiverReports {
  readonly #send: (report: FeedbackReport) => void;
  #acknowledged: number[] = [];
  #reportedLost = new Set<number>();
  #needsKeyFrame = false;
  #recovered = 0;
  #sentAt = -Infinity;
  #arrivals: Arrival[] = [];

  constructor(send: (report: FeedbackReport) => void) {
    this.#send = send;
  }

  acknowledge(sequence: number): void {
    this.#acknowledged.push(sequence);
  }

  /** So many frames are here without one of their parts. */
  recover(frames: number): void {
    this.#recovered = Math.min(LIMITS.feedbackFrames, this.#recovered + frames);
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
   */
  update(lost: readonly number[], now: number): void {
    const fresh = lost.some((sequence) => !this.#reportedLost.has(sequence));
    const urgent = fresh || this.#needsKeyFrame;
    const due = now - this.#sentAt >= INTERVAL_MS;
    if (!urgent && !(due && (lost.length > 0 || this.#acknowledged.length > 0))) return;
    this.#sentAt = now;
    this.#reportedLost = new Set(lost);
    this.#send({
      acknowledged: this.#acknowledged.slice(-LIMITS.feedbackFrames),
      lost: shorten(lost),
      needsKeyFrame: this.#needsKeyFrame,
      ...(this.#recovered > 0 && { recovered: this.#recovered }),
      arrivals: this.#arrivals,
    });
    this.#arrivals = [];
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
