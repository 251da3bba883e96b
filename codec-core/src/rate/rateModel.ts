import { createRegression, type Coefficient } from './kalmanRegression.js';

export const FINEST_QP = 1;
export const COARSEST_QP = 63;

/** log2 of the step at which the intercepts are stated: Δ = 16 */
const REFERENCE_LOG_STEP = 4;

/** Bits grow with less than the number of pixels: a smaller picture has more detail per pixel. */
const PIXEL_EXPONENT = 0.8;

/** pixels of the picture at which the intercepts are stated */
const REFERENCE_PIXELS = 640 * 360;

/** log2(bits) of one frame around its model: content that no feature explains */
const OBSERVATION_NOISE = 0.1;

const SLOPE = { prior: 1.1, deviation: 0.2, drift: 0.01, min: 0.4, max: 2 };

/** Detail of a picture about which nothing is known. */
const USUAL_DETAIL = 9.6;
/** A blank picture still takes some bits. */
const LEAST_DETAIL = 0.1;

/**
 * Priors: a 640×360 talking head at Δ = 16 takes 120 kbit as a key frame and 6 kbit predicted. With
 * the detail of the picture the bits of key frames of 123 training clips are known to ±20 % (one
 * standard deviation), without it to a factor of 1.9.
 */
const KEY_COEFFICIENTS: readonly Coefficient[] = [
  { prior: Math.log2(120_000), deviation: 1.5, drift: 0.3, min: 0, max: 40 },
  SLOPE,
  { prior: 0.95, deviation: 0.1, drift: 0.01, min: 0, max: 1.5 },
];
const PREDICTED_COEFFICIENTS: readonly Coefficient[] = [
  { prior: Math.log2(6_000), deviation: 2, drift: 0.12, min: 0, max: 40 },
  SLOPE,
  { prior: 0.5, deviation: 0.25, drift: 0.01, min: 0, max: 1.5 },
];

/** log2 of the largest ratio of activities taken seriously */
const MAX_LOG_ACTIVITY = 6;

/** Quantization step of an index: 0.75·2^((qp-1)/8). */
export function stepOfQp(qp: number): number {
  return 0.75 * 2 ** ((qp - 1) / 8);
}

/** Real-valued index of a step, the inverse of {@link stepOfQp}. */
export function qpOfStep(step: number): number {
  return 1 + 8 * Math.log2(step / 0.75);
}

/** What is known of a frame before it is coded. */
export interface FrameContext {
  readonly keyFrame: boolean;
  readonly pixels: number;
  /** difference to the last coded frame in any unit, ≥ 0; unknown counts as that of the first frame */
  readonly activity?: number | undefined;
  /** mean difference of luma neighbours, across plus down, grey levels; for key frames */
  readonly detail?: number | undefined;
}

/** Bits of a frame at an index that was really tried. */
export interface Attempt {
  readonly qp: number;
  readonly bits: number;
}

export interface RateModel {
  predictBits(context: FrameContext, qp: number): number;
  /** Real-valued index at which the frame should have this many bits; may lie outside 1..63. */
  qpFor(context: FrameContext, bits: number): number;
  /** As {@link qpFor}, seen from the attempts already made on this very frame. */
  qpAfter(context: FrameContext, attempts: readonly Attempt[], bits: number): number;
  /** As {@link predictBits}, seen from the attempts already made on this very frame. */
  predictAfter(context: FrameContext, attempts: readonly Attempt[], qp: number): number;
  observe(context: FrameContext, qp: number, bits: number): void;
  /** γ: log2(bits) lost per doubling of the step */
  slope(keyFrame: boolean): number;
}

/**
 * Bits of a frame as bits = a · Δ^-γ · f^β · pixels^0.8, apart for key and predicted frames; f is the
 * activity of predicted frames and the detail of key frames. a, γ and β are learned online in the logarithmic domain, where the law is linear: a follows the
 * content from frame to frame, γ and β drift slowly. (The power law is the classical R–λ/R–Q model,
 * e.g. Li et al., "λ domain rate control", JCTVC-K0103.)
 */
export function createRateModel(): RateModel {
  const key = createRegression(KEY_COEFFICIENTS, OBSERVATION_NOISE);
  const predicted = createRegression(PREDICTED_COEFFICIENTS, OBSERVATION_NOISE);
  let firstActivity: number | undefined;

  const regression = (keyFrame: boolean) => (keyFrame ? key : predicted);
  const slope = (keyFrame: boolean): number => regression(keyFrame).weights[1] ?? SLOPE.prior;
  const logPixels = (context: FrameContext): number =>
    PIXEL_EXPONENT * Math.log2(context.pixels / REFERENCE_PIXELS);

  function logActivity({ activity }: FrameContext): number {
    if (activity === undefined) return 0;
    if (activity > 0) firstActivity ??= activity;
    const log = firstActivity === undefined ? 0 : Math.log2(activity / firstActivity);
    return Math.min(MAX_LOG_ACTIVITY, Math.max(-MAX_LOG_ACTIVITY, log));
  }

  const features = (context: FrameContext, qp: number): number[] => [
    1,
    REFERENCE_LOG_STEP - Math.log2(stepOfQp(qp)),
    context.keyFrame ? logDetail(context) : logActivity(context),
  ];
  const predictLog = (context: FrameContext, qp: number): number =>
    regression(context.keyFrame).predict(features(context, qp)) + logPixels(context);

  /** The two last attempts give the slope of this frame, one attempt borrows that of the model. */
  function line(context: FrameContext, attempts: readonly Attempt[], last: Attempt): number {
    const before = attempts.at(-2);
    if (!before || before.qp === last.qp) return slope(context.keyFrame);
    const measured =
      (8 * Math.log2(logSafe(before.bits) / logSafe(last.bits))) / (last.qp - before.qp);
    return Math.min(SLOPE.max, Math.max(SLOPE.min, measured));
  }

  const model: RateModel = {
    slope,
    predictBits: (context, qp) => 2 ** predictLog(context, qp),
    qpFor(context, bits) {
      const excess = predictLog(context, COARSEST_QP) - Math.log2(logSafe(bits));
      return COARSEST_QP + (8 * excess) / slope(context.keyFrame);
    },
    qpAfter(context, attempts, bits) {
      const last = attempts.at(-1);
      if (!last) return model.qpFor(context, bits);
      const excess = Math.log2(logSafe(last.bits) / logSafe(bits));
      return last.qp + (8 * excess) / line(context, attempts, last);
    },
    predictAfter(context, attempts, qp) {
      const last = attempts.at(-1);
      if (!last) return model.predictBits(context, qp);
      return last.bits * 2 ** ((line(context, attempts, last) * (last.qp - qp)) / 8);
    },
    observe(context, qp, bits) {
      const y = Math.log2(logSafe(bits)) - logPixels(context);
      regression(context.keyFrame).observe(features(context, qp), y);
    },
  };
  return model;
}

function logDetail({ detail = USUAL_DETAIL }: FrameContext): number {
  return Math.log2(Math.max(LEAST_DETAIL, detail) / USUAL_DETAIL);
}

/** An empty frame still has a logarithm. */
function logSafe(bits: number): number {
  return Math.max(1, bits);
}
