/** What Opus takes, bit/s, as browsers choose it for one channel, ... */
const FULL_BITRATE = 32_000;
/** ... and where the link is narrow: wideband speech (RFC 7587, 3.1.1). Headers take as much again. */
const NARROW_BITRATE = 20_000;
/** Estimates of the link below which sound takes less, and from which on it has its full rate again, bit/s. */
const NARROW_BELOW = 200_000;
const WIDE_FROM = 280_000;

/** What the microphone may take of a narrow link, so that something is left to the picture. */
export class SoundBudget {
  #narrow = false;

  /** bit/s */
  get maxBitrate(): number {
    return this.#narrow ? NARROW_BITRATE : FULL_BITRATE;
  }

  /**
   * @param estimate of the link, sound included, bit/s
   * @returns whether {@link maxBitrate} changed
   */
  update(estimate: number): boolean {
    const before = this.#narrow;
    this.#narrow = estimate < (before ? WIDE_FROM : NARROW_BELOW);
    return this.#narrow !== before;
  }
}
