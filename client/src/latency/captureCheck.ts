import { median, percentile } from './stageSamples.js';

const KEPT = 150;

/** How abs-capture-time and our own capture stamps of the same frames compare. */
export interface CaptureCheckReport {
  readonly count: number;
  /** Median of abs-capture-time minus stamp, ms: what the clocks of both machines differ by. */
  readonly differenceMs: number;
  /** Half of the range that holds 90 % of the differences, ms: what the two measures disagree by. */
  readonly spreadMs: number;
}

/**
 * Compares two independent capture times of the same frames. Stamps are in
 * room time; abs-capture-time is in the sender's own clock, taken here as if
 * it were this machine's. On one machine the difference is the error itself.
 */
export class CaptureCheck {
  readonly #differences: number[] = [];

  /** Both in room time, ms. */
  add(absCaptureTime: number, stamp: number): void {
    this.#differences.push(absCaptureTime - stamp);
    if (this.#differences.length > KEPT) this.#differences.shift();
  }

  /** `undefined` before the first frame with both. */
  get report(): CaptureCheckReport | undefined {
    if (this.#differences.length === 0) return undefined;
    const sorted = [...this.#differences].sort((a, b) => a - b);
    return {
      count: sorted.length,
      differenceMs: median(sorted),
      spreadMs: (percentile(sorted, 0.95) - percentile(sorted, 0.05)) / 2,
    };
  }
}
