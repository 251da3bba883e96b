/** A picture counts as still after this time without a change, ms. */
export const STILL_AFTER_MS = 200;

/** Index of the finest lossy level (step 2.5): finer ones would cost what lossless ones cost. */
const FINEST_LOSSY_QP = 15;
/** From this index on a lossy level would gain too little. */
const FINE_QP = 20;
/** Each lossy level is this much finer than the one before. */
const LOSSY_GAIN = 10;

/** Share of the blocks that one lossless frame codes at most: bounds the time of coding it. */
const MAX_LOSSLESS_SHARE = 0.25;
const MIN_BLOCKS = 4;
/** Bits of a block, until frames of the level have told. */
const FIRST_LOSSY_BITS = 100;
const FIRST_LOSSLESS_BITS = 400;
const MIN_BLOCK_BITS = 8;
const WEIGHT = 0.5;
/** A repetition aims this far below the allowance. */
const RETRY_SHARE = 0.9;

/** What the next frame of a still picture is coded with. */
export interface RefinementStep {
  /** quantization index of the level, 0 lossless */
  readonly qp: number;
  /** blocks that fit, those that gain most are coded */
  readonly maxActiveBlocks: number;
}

/** A coded frame of a still picture. */
export interface RefinedFrame {
  readonly maxActiveBlocks: number;
  readonly activeBlocks: number;
  readonly bits: number;
}

/**
 * Finer and finer levels of a picture that stands still, until it is bit-exact: several of quantization,
 * then the lossless one. A level takes as many frames as the link needs, each with the blocks that gain
 * most by it; blocks that gain nothing, as exact ones do, are left alone.
 */
export interface StillRefinement {
  /** An ordinary frame of index `qp` was sent: what follows refines it. */
  begin(qp: number): void;
  /** The next frame, which may have `bits`, of a picture of `blocks`. */
  next(blocks: number, bits: number): RefinementStep;
  /** Cap for coding a frame again that came out with `bits` instead of `allowed`. */
  retry(maxActiveBlocks: number, bits: number, allowed: number): number;
  /** Takes note of a frame that was sent. */
  sent(frame: RefinedFrame): void;
}

export function createStillRefinement(): StillRefinement {
  let qp = 0;
  let blockBits = FIRST_LOSSLESS_BITS;
  let blocks = 0;
  let codedOfLevel = 0;

  function refine(coarser: number): void {
    qp = coarser > FINE_QP ? Math.max(FINEST_LOSSY_QP, coarser - LOSSY_GAIN) : 0;
    blockBits = qp > 0 ? FIRST_LOSSY_BITS : FIRST_LOSSLESS_BITS;
    codedOfLevel = 0;
  }

  return {
    begin: refine,
    next(all, bits) {
      blocks = all;
      const most = Math.min(bits / blockBits, all * (qp > 0 ? 1 : MAX_LOSSLESS_SHARE));
      return { qp, maxActiveBlocks: Math.max(MIN_BLOCKS, Math.floor(most)) };
    },
    retry: (maxActiveBlocks, bits, allowed) =>
      Math.max(1, Math.floor((RETRY_SHARE * maxActiveBlocks * allowed) / bits)),
    sent({ maxActiveBlocks, activeBlocks, bits }) {
      if (activeBlocks > 0) {
        blockBits += WEIGHT * (Math.max(MIN_BLOCK_BITS, bits / activeBlocks) - blockBits);
      }
      codedOfLevel += activeBlocks;
      const complete = activeBlocks < maxActiveBlocks || codedOfLevel >= blocks;
      if (qp > 0 && complete) refine(qp);
    },
  };
}
