import type { OperatingPoint } from '../quant/points.js';
import type { FramePlan } from './types.js';

/**
 * What the encoder is to code a planned frame with. A repetition has no limits: what was coded already
 * tells more than what the residuals foretell. Nor has a still picture: its blocks are counted instead.
 */
export function operatingPointOf(plan: FramePlan): OperatingPoint {
  const { qp, keyFrame, still, maxActiveBlocks, blockPrice, motionEffort, groups } = plan;
  const {
    allowanceBytes: wantedBytes,
    maxBytes: mostBytes,
    timelyBlocks: mostBlocks,
    finestQp,
  } = plan;
  const limits = { wantedBytes, mostBytes, mostBlocks, finestQp };
  const limited = plan.attempt === 0 && !still;
  const point = { qp, keyFrame, still, maxActiveBlocks, blockPrice, motionEffort, groups };
  return { ...point, ...(limited && { limits }) };
}
