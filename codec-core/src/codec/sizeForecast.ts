/** Bits of coding a block at all. Weights: see the kernel `residualBits`, fitted together. */
const BLOCK_BITS = 4.7;
/** Bits of the flags by their entropy, were they independent of each other. */
const FLAG_SHARE = 0.33;
/** Weight of a large frame in the correction that follows the content. */
const WEIGHT = 0.25;
/** A frame of so many bits has half of that weight: what a still picture takes says little of one that moves. */
const HALF_WEIGHT_BITS = 2000;

/**
 * Foretells how large a predicted frame will be from what is known before any network has run, which is
 * most of the work: its motion, the blocks that will be coded and their residuals.
 */
export class SizeForecast {
  /** log2 of what frames took by what was expected, followed from frame to frame. */
  #correction = 0;
  #expected = 0;

  /**
   * Bits of flags and latents when `active` of `blocks` are coded and their residuals are expected to
   * take `residualBits`. The last answer is what `learn` compares.
   */
  bits(residualBits: number, active: number, blocks: number): number {
    const flags = FLAG_SHARE * blocks * entropy(active / blocks);
    this.#expected = residualBits + BLOCK_BITS * active + flags;
    return this.#expected * 2 ** this.#correction;
  }

  /** @param bits that flags and latents took in fact */
  learn(bits: number): void {
    if (this.#expected <= 0 || bits <= 0) return;
    const weight = (WEIGHT * this.#expected) / (this.#expected + HALF_WEIGHT_BITS);
    this.#correction += weight * (Math.log2(bits / this.#expected) - this.#correction);
  }
}

/** Bits of a yes or no that is a yes with probability `p`. */
function entropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}
