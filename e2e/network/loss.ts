import type { Random } from '../../codec-core/src/rate/simulation/random.js';

/** Decides packet by packet; true: this one is lost. */
export type LossModel = () => boolean;

export const noLoss: LossModel = () => false;

/** Every packet is lost with the same probability. @param share 0..1 */
export function randomLoss(share: number, random: Random): LossModel {
  return () => random.uniform() < share;
}

export interface GilbertLoss {
  /** Probability per packet to go from the good state to the bad one, 0..1. */
  readonly toBad: number;
  /** Probability per packet to come back, 0..1; its inverse is the mean length of a burst. */
  readonly toGood: number;
  /** Share lost in the bad state, 0..1. */
  readonly lossWhenBad: number;
}

/** Two states (Gilbert 1960): nothing is lost in the good one, `lossWhenBad` in the bad one. */
export function gilbertLoss(
  { toBad, toGood, lossWhenBad }: GilbertLoss,
  random: Random,
): LossModel {
  let bad = false;
  return () => {
    bad = random.uniform() < (bad ? 1 - toGood : toBad);
    return bad && random.uniform() < lossWhenBad;
  };
}
