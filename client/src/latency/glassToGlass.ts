import { StageSamples, type StageSummary } from './stageSamples.js';
import { TimeCodeReader } from './timeCodeReader.js';

/** What the time codes of one shown video say. */
export interface GlassToGlassReport {
  /** Shown pictures whose code was read, and those where none could be. */
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
   * @returns the latency, ms; `undefined` where the code cannot be read
   */
  look(element: HTMLVideoElement, shownAt: number): number | undefined {
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
