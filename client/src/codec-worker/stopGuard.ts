import { median } from '../latency/stageSamples.js';

/** A stop is remembered for so long, ms; so many of them make pictures wait: fewer may be chance. */
const MEMORY_MS = 15_000;
const STOPS = 3;
/** A longer gap between two pictures is seen as a stop: 200 ms, less what the screen adds. */
const STOP_MS = 180;
/** The gap that a picture as late as those before shall leave, ms. */
const WANTED_GAP_MS = 170;
/** A picture this much later than usual is not waited for, ms. */
const HOPELESS_MS = 300;
/**
 * Nor do pictures wait longer than this beyond the usual latency, ms. The sound is in step all the same
 * (45 ms) and does not follow: what is pumped into its jitter buffer takes many seconds to come out.
 */
const MOST_WAIT_MS = 40;

interface Latency {
  /** Capture time, ms. */
  readonly at: number;
  readonly latencyMs: number;
}

interface Stop extends Latency {
  /** Latency of the pictures before with which it would not have been seen, ms. */
  readonly neededMs: number;
}

/**
 * Where single pictures come late again and again, as they do when lost packets are sent anew, the
 * others wait a little, so that the picture does not stop each time. While nothing stops, nothing waits.
 */
export class StopGuard {
  readonly #latencies: Latency[] = [];
  readonly #stops: Stop[] = [];

  /** Least latency of the pictures that come next, ms. */
  get leastLatency(): number {
    if (this.#stops.length < STOPS) return 0;
    const usual = median(this.#latencies.map(({ latencyMs }) => latencyMs));
    const needed = this.#stops
      .filter(({ latencyMs }) => latencyMs < usual + HOPELESS_MS)
      .map(({ neededMs }) => neededMs)
      .sort((a, b) => b - a);
    return Math.min(needed[STOPS - 1] ?? 0, usual + MOST_WAIT_MS);
  }

  /**
   * Notes a picture, in the order of capture.
   * @param at its capture, ms
   * @param latencyMs from there until it could be shown
   */
  note(at: number, latencyMs: number): void {
    const before = this.#latencies.at(-1);
    this.#latencies.push({ at, latencyMs });
    for (const list of [this.#latencies, this.#stops]) {
      while (list[0] !== undefined && list[0].at <= at - MEMORY_MS) list.shift();
    }
    if (before === undefined) return;
    const intervalMs = at - before.at;
    const gapMs = intervalMs + latencyMs - before.latencyMs;
    // What was not captured cannot be made up for.
    if (gapMs <= STOP_MS || intervalMs >= WANTED_GAP_MS) return;
    this.#stops.push({ at, latencyMs, neededMs: latencyMs - (WANTED_GAP_MS - intervalMs) });
  }
}
