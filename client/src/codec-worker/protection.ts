/** Frames that a lost packet held up are remembered for so long, ms. */
const MEMORY_MS = 10_000;
/** So many of them begin it, fewer keep it up. */
const ENOUGH_LOSSES = 10;
const GOING_ON_LOSSES = 5;
/** They have to lie so far apart, ms: a link that just got slower drops many at once, and needs less, not more. */
const SPREAD_MS = 2000;
/** Once begun it goes on for so long, ms. */
const HOLD_MS = 10_000;
/** Weight of a picture in the share of the wire that is left to the codec. */
const SHARE_WEIGHT = 0.1;

/**
 * Decides whether pictures travel in parts with parity (`transport/parts.ts`): it costs a quarter to a
 * half of the rate, and saves the round trip of sending a lost packet anew, and the stop of the picture.
 */
export class Protection {
  #losses: number[] = [];
  #until = -Infinity;
  /** Of the wire's bytes, those that are not parity. */
  #share = 1;

  /**
   * What to count of the browser's estimate where a controller keeps the lost share of it for sending anew:
   * of that and of what the parity takes, the greater one is kept.
   * @param lossFraction 0…1
   * @returns 0…1
   */
  usable(lossFraction: number): number {
    return Math.min(1, this.#share / Math.max(1 - lossFraction, Number.EPSILON));
  }

  active(now: number): boolean {
    return now < this.#until;
  }

  /**
   * A receiver tells of frames that lacked a packet, whether the parity took its place or not.
   * @param now ms
   */
  note(frames: number, now: number): void {
    this.#losses = this.#losses.filter((at) => now - at < MEMORY_MS);
    for (let i = 0; i < frames; i += 1) this.#losses.push(now);
    const enough = this.active(now) ? GOING_ON_LOSSES : ENOUGH_LOSSES;
    const spread = (this.#losses.at(-1) ?? 0) - (this.#losses[0] ?? 0);
    if (this.#losses.length >= enough && spread >= SPREAD_MS) this.#until = now + HOLD_MS;
  }

  /** A picture of `bytes` went as `sent` bytes. */
  sent(bytes: number, sent: number): void {
    this.#share += SHARE_WEIGHT * (bytes / sent - this.#share);
  }
}
