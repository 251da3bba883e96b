/** A picture counts as still after this time without a change, ms. */
export const STILL_AFTER_MS = 200;

/** Index of the finest lossy frame (step 2.5): finer ones would cost what lossless ones cost. */
const FINEST_LOSSY_QP = 15;
/** From this index on a lossy frame would gain too little. */
const FINE_QP = 20;
/** Each lossy frame is this much finer than the one before, where the link allows. */
const LOSSY_GAIN = 10;
/** A slow link does not get there: from then on blocks become exact one after the other, ms. */
const LOSSY_FOR_MS = 700;

/** Share of the blocks that one lossless frame codes at most: bounds the time of coding it. */
const MAX_SHARE = 0.25;
const MIN_BLOCKS = 16;
/** Bits of a block that becomes exact, until frames have told. */
const FIRST_BLOCK_BITS = 400;
const MIN_BLOCK_BITS = 64;
const WEIGHT = 0.5;
/** A repetition aims this far below the allowance. */
const RETRY_SHARE = 0.9;

/** What is known of the still picture before its next frame. */
export interface StillPicture {
  /** ms since it last changed */
  readonly stillMs: number;
  /** index of the frame before */
  readonly lastQp: number;
  /** blocks of the picture, times what the device may code of them */
  readonly blocks: number;
}

/** What the next frame of a still picture is coded with. */
export type RefinementStep =
  | { readonly lossless: false; readonly wantedQp: number }
  | { readonly lossless: true; readonly maxActiveBlocks: number };

/**
 * Finer and finer frames of a picture that stands still, until it is bit-exact: first finer
 * quantization of the whole picture, then lossless frames of as many blocks as fit, those with the
 * largest error first. A lossless frame leaves the blocks that are exact alone.
 */
export interface StillRefinement {
  /** The next frame, which may have `bits`. */
  next(picture: StillPicture, bits: number): RefinementStep;
  /** Cap for coding a lossless frame again that came out with `bits` instead of `allowed`. */
  retry(maxActiveBlocks: number, bits: number, allowed: number): number;
  /** Takes note of the size of a lossless frame. */
  observe(maxActiveBlocks: number, bits: number): void;
}

export function createStillRefinement(): StillRefinement {
  let blockBits = FIRST_BLOCK_BITS;

  return {
    next({ stillMs, lastQp, blocks }, bits) {
      if (lastQp > FINE_QP && stillMs < LOSSY_FOR_MS) {
        return { lossless: false, wantedQp: Math.max(FINEST_LOSSY_QP, lastQp - LOSSY_GAIN) };
      }
      const most = Math.min(bits / blockBits, MAX_SHARE * blocks);
      return { lossless: true, maxActiveBlocks: Math.max(MIN_BLOCKS, Math.floor(most)) };
    },
    retry: (maxActiveBlocks, bits, allowed) =>
      Math.max(1, Math.floor((RETRY_SHARE * maxActiveBlocks * allowed) / bits)),
    observe(maxActiveBlocks, bits) {
      blockBits += WEIGHT * (Math.max(MIN_BLOCK_BITS, bits / maxActiveBlocks) - blockBits);
    },
  };
}
