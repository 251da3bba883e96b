import { CodecError } from '../errors.js';

/** Quantization indices run from 0 (lossless) to this, the coarsest. */
export const MAX_QP = 63;
/** Latent frequency groups of a block. */
export const GROUP_COUNT = 4;
/** Bits: beyond it hardly any block would be coded. */
const MAX_BLOCK_PRICE = 1000;
/** Lifting grid of lossy points: coefficients are in 1/16 of a grey level. */
export const FRACTION_BITS = 4;

/** What a predicted frame may take; its index follows from that. */
export interface FrameLimits {
  /** Bytes that it shall have: about as many as possible, where it would have clearly fewer or more than `mostBytes`. */
  readonly wantedBytes: number;
  readonly mostBytes: number;
  /** Finest index that it may take for that, 1..63. */
  readonly finestQp: number;
  /** More active blocks would take too long. */
  readonly mostBlocks: number;
}

/** How thoroughly motion is searched, 2 best. */
export type MotionEffort = 0 | 1 | 2;
export const USUAL_EFFORT = 1;

/** What one frame is coded with. */
export interface OperatingPoint {
  /** Quantization index: 0 is lossless, 1..63 from finest to coarsest, the step doubles every 8. */
  readonly qp: number;
  /** Code a key frame, decodable alone. Default false (the first frame always is one). */
  readonly keyFrame?: boolean;
  /** At most this many 8×8 blocks are coded in a predicted frame; the others copy. Default all. */
  readonly maxActiveBlocks?: number;
  /**
   * Bits that a block has to gain besides what it takes, or it is not coded: the price of the time that
   * coding it takes on either side. 0 (default) gives the best picture for the rate; 3, 7, 16 code 23, 40 and
   * 57 % fewer blocks for 1, 3.5 and 10 % more rate. A whole number, 0..1000; the lossless index has no price.
   */
  readonly blockPrice?: number;
  /** The picture is the one of the reference: nothing moves, no motion is searched. Default false. */
  readonly still?: boolean;
  /**
   * A predicted frame whose residuals foretell that it will be larger or clearly smaller takes a coarser index
   * than `qp`, at most 8 coarser, or a finer one; the frame's statistics tell which. The forecast of the size
   * errs by some 10 %. Default none.
   */
  readonly limits?: FrameLimits;
  /**
   * Thoroughness of the motion search, default 1. 0 saves a tenth to a fifth of the time that a frame takes for 4 %
   * more rate or 0.4 dB, 2 takes 15 % more for 0.3 % less (docs/RESEARCH.md).
   */
  readonly motionEffort?: MotionEffort;
  /** Latent frequency groups sent, 1..4; the rest decode as their predicted means. Default 4. */
  readonly groups?: number;
  /** Number of an earlier frame to predict from, one that is still held. Default the latest. */
  readonly reference?: number;
  /** Number of an earlier frame that stays held after this one, however far back it is. */
  readonly keep?: number;
  /**
   * Code the frame in place of the latest one, which is not sent: it takes that one's number and, by
   * default, its reference. Default false.
   */
  readonly again?: boolean;
}

/** Quantization step in grey levels; 1 for the lossless index. */
export function quantizationStep(qp: number): number {
  return qp === 0 ? 1 : 0.75 * 2 ** ((qp - 1) / 8);
}

/** Quantization step in lifting units: 1/16 grey level for lossy indices, 1 level for lossless. */
export function stepUnits(qp: number): number {
  return qp === 0 ? 1 : Math.round(quantizationStep(qp) * (1 << FRACTION_BITS));
}

/** A key frame is what many frames copy from: this much finer pays (docs/RESEARCH.md). */
const KEY_FRAME_GAIN = 10;

/** Quantization index of a key frame in a stream whose predicted frames have index `qp`. */
export function keyFrameQp(qp: number): number {
  return qp === 0 ? 0 : Math.max(1, qp - KEY_FRAME_GAIN);
}

/** @throws CodecError 'bad-argument' when a field is out of range. */
export function checkOperatingPoint(point: OperatingPoint): void {
  check('qp', point.qp, 0, MAX_QP);
  if (point.groups !== undefined) check('groups', point.groups, 1, GROUP_COUNT);
  if (point.maxActiveBlocks !== undefined) {
    check('maxActiveBlocks', point.maxActiveBlocks, 0, Number.MAX_SAFE_INTEGER);
  }
  if (point.blockPrice !== undefined) check('blockPrice', point.blockPrice, 0, MAX_BLOCK_PRICE);
  if (point.motionEffort !== undefined) check('motionEffort', point.motionEffort, 0, 2);
  if (point.limits !== undefined) {
    const { wantedBytes, mostBytes, mostBlocks, finestQp } = point.limits;
    check('limits.wantedBytes', wantedBytes, 0, Number.MAX_SAFE_INTEGER);
    check('limits.mostBytes', mostBytes, wantedBytes, Number.MAX_SAFE_INTEGER);
    check('limits.mostBlocks', mostBlocks, 1, Number.MAX_SAFE_INTEGER);
    check('limits.finestQp', finestQp, 1, MAX_QP);
  }
}

function check(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new CodecError(
      'bad-argument',
      `${name} is ${value}; use a whole number from ${low} to ${high}`,
    );
  }
}
