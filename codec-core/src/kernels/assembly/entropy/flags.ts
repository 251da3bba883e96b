/** Activity flags of a predicted frame: which blocks are coded. */

import { INITIAL_FLAG_PROBABILITIES } from './initialFlagProbabilities';
import { loadVector, sourceColumn, sourceRow } from '../motion/geometry';
import {
  MIXTURE_BYTES,
  MODEL_BYTES,
  chooseModels,
  decodeMixed,
  encodeMixed,
  initMixedModel,
  initMixture,
} from './mixedBit';

const NEAR_MODELS: i32 = 48;
const MOTION_MODELS: i32 = 8 * 3 * 2 * 3;
const CROWD_MODELS: i32 = 7 * 10 * 2;
const MODELS: i32 = NEAR_MODELS + MOTION_MODELS + CROWD_MODELS;
const MIXTURES: i32 = 6;
/** Bits that an initial probability stands for, and the first weight of each model. */
const FIRST_SEEN: u32 = 12;
const FIRST_WEIGHT: f32 = 0.37;

/** Bytes of the models of activity flags. */
export const FLAG_CONTEXT_BYTES: i32 = MODELS * MODEL_BYTES + MIXTURES * MIXTURE_BYTES;

const TEXTURE_CLASSES: u32 = 8;

let columns: i32 = 0;
let rows: i32 = 0;

/** Sets the models to their initial state, as at a key frame. */
export function initFlagContexts(contexts: usize): void {
  for (let i = 0; i < MODELS; i++) {
    const probability = <u32>load<u8>(INITIAL_FLAG_PROBABILITIES + <usize>i) << 8;
    initMixedModel(contexts + <usize>(i * MODEL_BYTES), probability, FIRST_SEEN);
  }
  const mixtures = contexts + MODELS * MODEL_BYTES;
  for (let i = 0; i < MIXTURES; i++) {
    initMixture(mixtures + <usize>(i * MIXTURE_BYTES), FIRST_WEIGHT);
  }
}

@inline
function flagAt(flags: usize, x: i32, y: i32): i32 {
  if (x < 0 || y < 0 || x >= columns || y >= rows) return 0;
  return <i32>load<u8>(flags + <usize>(y * columns + x));
}

/** Flags set in the 3×3 blocks around (x, y). */
function crowd(flags: usize, x: i32, y: i32): i32 {
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) sum += flagAt(flags, x + dx, y + dy);
  }
  return sum;
}

/**
 * Class 0..7 of how strongly the luma of block (x, y) of a picture varies, against the step: the
 * logarithm of its summed differences between neighbouring pixels in steps.
 */
function textureClass(luma: usize, x: i32, y: i32, step: i32): u32 {
  const stride = <usize>(columns << 3);
  let at = luma + <usize>(y << 3) * stride + <usize>(x << 3);
  let row = v128.load64_zero(at);
  let sums = i16x8.splat(0);
  for (let i = 0; i < 8; i++) {
    // Seven differences along the row; the eighth column meets itself.
    const next = i8x16.shuffle(row, row, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8);
    sums = i16x8.add(sums, differences(row, next));
    if (i < 7) {
      at += stride;
      const below = v128.load64_zero(at);
      sums = i16x8.add(sums, differences(row, below));
      row = below;
    }
  }
  const pairs = i32x4.extadd_pairwise_i16x8_u(sums);
  const sum = <u32>(
    (i32x4.extract_lane(pairs, 0) +
      i32x4.extract_lane(pairs, 1) +
      i32x4.extract_lane(pairs, 2) +
      i32x4.extract_lane(pairs, 3))
  );
  return min(TEXTURE_CLASSES - 1, 32 - <u32>clz((sum << 4) / <u32>step));
}

/** |a - b| of the low eight bytes, as i16. */
@inline
function differences(a: v128, b: v128): v128 {
  return i16x8.extend_low_i8x16_u(v128.sub<u8>(v128.max<u8>(a, b), v128.min<u8>(a, b)));
}

/** 0 where a block and its neighbours do not move, 1 where they move alike, 2 otherwise. */
function motionClass(motion: usize, x: i32, y: i32): i32 {
  const own = loadVector(motion, columns, x, y);
  const alike =
    (x == 0 || loadVector(motion, columns, x - 1, y) == own) &&
    (y == 0 || loadVector(motion, columns, x, y - 1) == own) &&
    (x + 1 == columns || loadVector(motion, columns, x + 1, y) == own) &&
    (y + 1 == rows || loadVector(motion, columns, x, y + 1) == own);
  return alike ? (own == 0 ? 0 : 1) : 2;
}

/**
 * Codes or parses one flag (u8, 0 or 1) per block.
 *
 * Three contexts: flags next to the block and of the reference around it; texture of the prediction,
 * motion, and the flag of the reference where the block comes from; numbers of flags around.
 *
 * @param previous flags of the reference
 * @param motion grid of the frame; luma its prediction; step quantization step in lifting units
 */
export function codeFlags(
  flags: usize,
  previous: usize,
  motion: usize,
  luma: usize,
  step: i32,
  width: i32,
  height: i32,
  contexts: usize,
  read: bool,
): void {
  columns = width;
  rows = height;
  const motionModels = contexts + NEAR_MODELS * MODEL_BYTES;
  const crowdModels = motionModels + MOTION_MODELS * MODEL_BYTES;
  const mixtures = crowdModels + CROWD_MODELS * MODEL_BYTES;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const left = flagAt(flags, x - 1, y);
      const top = flagAt(flags, x, y - 1);
      const topLeft = flagAt(flags, x - 1, y - 1);
      const topRight = flagAt(flags, x + 1, y - 1);
      const before = flagAt(previous, x, y);
      const later = flagAt(previous, x + 1, y) + flagAt(previous, x, y + 1);
      const near = ((left * 2 + top) * 2 + (topLeft | topRight)) * 6 + before * 3 + later;
      const vector = loadVector(motion, columns, x, y);
      const source = flagAt(previous, sourceColumn(x, vector), sourceRow(y, vector));
      const texture = <i32>textureClass(luma, x, y, step);
      const moved = ((texture * 3 + motionClass(motion, x, y)) * 2 + source) * 3 + left + top;
      const far = flagAt(flags, x - 2, y) + flagAt(flags, x, y - 2);
      const around = left + top + topLeft + topRight + far;
      const crowded = (around * 10 + crowd(previous, x, y)) * 2 + source;
      chooseModels(
        contexts + (<usize>near << 2),
        motionModels + (<usize>moved << 2),
        crowdModels + (<usize>crowded << 2),
        mixtures + <usize>((source * 3 + left + top) * MIXTURE_BYTES),
      );
      const at = flags + <usize>(y * width + x);
      if (read) store<u8>(at, <u8>decodeMixed());
      else encodeMixed(load<u8>(at));
    }
  }
}
