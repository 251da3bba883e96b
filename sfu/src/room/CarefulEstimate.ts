/** A fall by this factor is more than doubt: the link is full. */
export const CLEAR_FALL = 0.9;
/** Growth in a second once the link has been full. */
const GROWTH = 1.2;
/** A lower estimate counts for all receivers of a layer when it has lasted so long, ms. */
const SUSTAINED_MS = 1000;
const MAX_HELD = 100;

/**
 * An estimate of a link as senders may follow it: down at once, freely up until it first falls, then
 * slowly. The transport's own probes come through a queue that still has room, so its estimate jumps to more
 * than the link carries; who follows at once fills the queue before the estimate falls again.
 */
export class CarefulEstimate {
  #estimate: number | undefined;
  #wasFull = false;
  /** Oldest first, bit/s; the first one held until the second came. */
  readonly #held: { readonly at: number; readonly bitrate: number }[] = [];

  /**
   * @param now ms, monotonic
   * @param estimate bit/s
   */
  update(now: number, estimate: number): void {
    const before = this.at(now) ?? estimate;
    this.#wasFull ||= estimate < before * CLEAR_FALL;
    this.#estimate = estimate;
    this.#held.push({ at: now, bitrate: this.#wasFull ? Math.min(estimate, before) : estimate });
    if (this.#held.length > MAX_HELD) this.#held.shift();
  }

  /** bit/s; undefined while nothing is known. */
  at(now: number): number | undefined {
    const last = this.#held.at(-1);
    if (this.#estimate === undefined || last === undefined || !this.#wasFull) return this.#estimate;
    return Math.min(this.#estimate, last.bitrate * GROWTH ** ((now - last.at) / 1000));
  }

  /** The highest of the last second, bit/s: what falls below it is no mere doubt. */
  sustained(now: number): number | undefined {
    while ((this.#held[1]?.at ?? Infinity) <= now - SUSTAINED_MS) this.#held.shift();
    const present = this.at(now);
    if (present === undefined) return undefined;
    return Math.max(present, ...this.#held.map(({ bitrate }) => bitrate));
  }
}
