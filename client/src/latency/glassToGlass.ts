import { StageSamples, type StageSummary } from './stageSamples.js';
import { TimeCodeReader } from './timeCodeReader.js';

/**
 * Least time between two readings, ms: one takes some milliseconds of the page's thread, and reading
 * every picture would delay what it measures.
 */
const INTERVAL_MS = 95;

/** What the time codes of one shown video say. */
export interface GlassToGlassReport {
  /** Shown pictures looked at whose code was read, and those where none could be. */
  readonly read: number;
  readonly unread: number;
  /** Time drawn to time shown, ms. */
  readonly latency: StageSummary | undefined;
  /** By how much it exceeds the latency by stamps of the same frames, ms (INN only). */
  readonly aboveStamps: StageSummary | undefined;
}

/**
 * Latency from the picture's time code to the moment at which a video element
 * shows it: nothing of the codec's or transport's own stamps goes in.
 */
export class GlassToGlass {
  readonly #reader = new TimeCodeReader();
  readonly #latency = new StageSamples();
  readonly #aboveStamps = new StageSamples();
  #read = 0;
  #unread = 0;
  #lookedAt = -Infinity;

  get report(): GlassToGlassReport {
    return {
      read: this.#read,
      unread: this.#unread,
      latency: this.#latency.summary(),
      aboveStamps: this.#aboveStamps.summary(),
    };
  }

  /**
   * Looks at what the element shows, visible from `shownAt` (room time, ms) on.
   *
   * @returns the latency, ms; `undefined` where the code cannot be read or the last look was just now
   */
  look(element: HTMLVideoElement, shownAt: number): number | undefined {
    if (Math.abs(shownAt - this.#lookedAt) < INTERVAL_MS) return undefined;
    this.#lookedAt = shownAt;
    const drawnAt = this.#reader.read(element, shownAt);
    if (drawnAt === undefined) {
      this.#unread += 1;
      return undefined;
    }
    this.#read += 1;
    this.#latency.add(shownAt - drawnAt);
    return shownAt - drawnAt;
  }

  /** Compares both latencies of one frame, ms. */
  compare(byCode: number, byStamps: number): void {
    this.#aboveStamps.add(byCode - byStamps);
  }
}
