import { stepOfQp } from '../rateModel.js';
import type { FramePlan } from '../types.js';
import { createRandom } from './random.js';

export interface ContentOptions {
  readonly seed: number;
  readonly width?: number;
  readonly height?: number;
  /** share of blocks that move, on average; default 0.15 */
  readonly motion?: number;
  /** seconds between scene changes, on average; default Infinity */
  readonly sceneSeconds?: number;
  /** standard deviation of log2(bits) that no measurement of the picture foretells; default 0.1 */
  readonly surprise?: number;
  /** whether the encoder is told an activity; default true */
  readonly hints?: boolean;
}

/** What of a plan decides about the size. */
export type CodingPoint = Pick<
  FramePlan,
  'qp' | 'keyFrame' | 'scale' | 'groups' | 'maxActiveBlocks'
>;

/** A picture source with its encoder. */
export interface Content {
  /** Goes to the next captured picture; returns the activity that a capture stage would measure. */
  advance(): number | undefined;
  /** Coded bytes of the current picture; the same plan gives the same size. */
  encode(point: CodingPoint): number;
  /** The last coding becomes the reference. */
  commit(point: CodingPoint): void;
}

/** Standard deviations of the samples: a picture without prediction, a moved block, sensor noise. */
const TEXTURE = 75;
const RESIDUAL = 12;
const SENSOR_NOISE = 1.2;

/** Octave bands of a block: 96 samples, twice as many at half the deviation in each. */
const BANDS = [1.5, 3, 6, 12, 24, 49.5];

/**
 * A truth the rate model does not know: the rate of Gaussian bands after reverse water-filling,
 * with the reference's own quantization error in the residual, blocks that become active when the
 * step shrinks, motion as an AR(1) process, and scene changes.
 */
export function createContent(options: ContentOptions): Content {
  const { seed, width = 640, height = 360, motion = 0.15 } = options;
  const { sceneSeconds = Infinity, surprise = 0.1, hints = true } = options;
  const random = createRandom(seed);
  let mood = 0;
  let complexity = 1;
  let sceneChanged = true;
  let luck = 1;
  let referenceStep = 16;

  const moving = (): number => Math.min(0.9, motion * 2 ** mood);

  /** bits of `samples` samples of the given deviation at a step */
  function textureBits(blocks: number, deviation: number, step: number): number {
    const bits = BANDS.map(
      (samples, band) => (samples / 2) * Math.log2(1 + (deviation / 2 ** band / (step * 0.6)) ** 2),
    );
    return blocks * bits.reduce((sum, value) => sum + value, 0);
  }

  function predictedBits(blocks: number, step: number): number {
    const refine = Math.min(1, Math.max(0, Math.log2(referenceStep / step) - 0.25));
    const active = Math.min(1, moving() + 0.4 * refine + (SENSOR_NOISE / step) ** 2);
    const deviation = Math.hypot(RESIDUAL * complexity, referenceStep / 6, SENSOR_NOISE);
    return 250 + blocks * (0.12 + active * 1.5) + textureBits(blocks * active, deviation, step);
  }

  return {
    advance() {
      mood = 0.97 * mood + 0.15 * random.normal();
      luck = 2 ** (surprise * random.normal());
      sceneChanged ||= random.uniform() < 1 / (30 * sceneSeconds);
      if (sceneChanged) complexity = 2 ** (0.4 * random.normal());
      const measured = (sceneChanged ? 1 : moving() * complexity) * 2 ** (0.1 * random.normal());
      return hints ? 5 * measured : undefined;
    },
    encode(point) {
      const blocks = Math.ceil((width * point.scale) / 8) * Math.ceil((height * point.scale) / 8);
      const step = stepOfQp(point.qp);
      const detail = TEXTURE * complexity * point.scale ** -0.4;
      const whole = (): number => 600 + textureBits(blocks, detail, step);
      const bits =
        point.keyFrame || sceneChanged
          ? whole()
          : Math.min(whole(), predictedBits(blocks, step)) *
            Math.min(1, 0.3 + point.maxActiveBlocks / blocks);
      return Math.ceil((bits * luck * (0.7 + 0.3 * (point.groups / 4))) / 8);
    },
    commit(point) {
      referenceStep = stepOfQp(point.qp);
      sceneChanged = false;
    },
  };
}
