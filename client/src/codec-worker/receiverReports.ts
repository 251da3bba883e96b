import { LIMITS, type FeedbackReport } from '@inncall/sfu/protocol';

/**
 * Of the frames that arrived within so long, ms, the quickest is named: a packet that had to be sent
 * again holds up a frame and those behind it, a queue holds up all.
 */
const QUICKEST_OF_MS = 200;

/** Acknowledgements that tell nothing urgent are gathered for so long. */
const INTERVAL_MS = 100;

type Arrival = NonNullable<FeedbackReport['arrival']>;

/**
 * Gathers what the sender of one stream should know of its frames, and says it:
 * a new loss at once, together with all that was decoded until then, the rest
 * ten times a second. While something is missing it is said again and again.
 */
export class ReceiverReports {
  readonly #send: (report: FeedbackReport) => void;
  #acknowledged: number[] = [];
  #reportedLost = new Set<number>();
  #needsKeyFrame = false;
  #recovered = 0;
  #sentAt = -Infinity;
  #arrivals: (Arrival & { readonly at: number })[] = [];

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

  /** A frame is here at `at` (ms); clocks that are not aligned yet tell nothing of its way. */
  arrived(arrival: Arrival, at: number): void {
    if (Math.abs(arrival.tripMs) > LIMITS.tripMs) return;
    this.#arrivals = this.#arrivals.filter((earlier) => at - earlier.at < QUICKEST_OF_MS);
    this.#arrivals.push({ ...arrival, at });
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
      ...this.#quickest(),
    });
    this.#recovered = 0;
    this.#acknowledged = [];
    this.#needsKeyFrame = false;
  }

  #quickest(): Pick<FeedbackReport, 'arrival'> {
    const [first, ...others] = this.#arrivals;
    if (first === undefined) return {};
    const { sequence, tripMs } = others.reduce(
      (best, arrival) => (arrival.tripMs <= best.tripMs ? arrival : best),
      first,
    );
    return { arrival: { sequence, tripMs } };
  }
}

/** The first ones say what all later frames lack, the last one how far this was seen. */
function shorten(lost: readonly number[]): number[] {
  if (lost.length <= LIMITS.feedbackFrames) return [...lost];
  return [...lost.slice(0, LIMITS.feedbackFrames - 1), ...lost.slice(-1)];
}
