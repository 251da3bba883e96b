import { createRegression } from './kalmanRegression.js';

/** Pixels of the picture whose times the coefficients are. */
const REFERENCE_PIXELS = 640 * 360;
/** ms of a picture without active blocks, and what all blocks would add; measured in calls, two cores. */
const COEFFICIENTS = [
  { prior: 10, deviation: 10, drift: 0.3, min: 0, max: 10_000 },
  { prior: 80, deviation: 60, drift: 1, min: 5, max: 10_000 },
];
/** Standard deviation of a measured time, ms. */
const NOISE_MS = 10;
/** Frames after which the times are believed. */
const ENOUGH = 10;
/** So many blocks may be coded on any device; what is slow even then, the operating rung deals with. */
const LEAST_SHARE = 0.1;

/** How long this device takes to encode a predicted frame, by the share of its blocks that are coded. */
export interface EncodeTime {
  /**
   * @param activeShare 0..1
   * @param ms it took once
   */
  observe(pixels: number, activeShare: number, ms: number): void;
  /** Share of the blocks that can be coded within `ms`, 0.1..1; 1 while too little is known. */
  shareWithin(pixels: number, ms: number): number;
}

export function createEncodeTime(): EncodeTime {
  const regression = createRegression(COEFFICIENTS, NOISE_MS);
  let observed = 0;
  return {
    observe(pixels, activeShare, ms) {
      observed += 1;
      regression.observe([1, activeShare], (ms * REFERENCE_PIXELS) / pixels);
    },
    shareWithin(pixels, ms) {
      if (observed < ENOUGH) return 1;
      const [still = 0, all = 1] = regression.weights;
      const share = ((ms * REFERENCE_PIXELS) / pixels - still) / all;
      return Math.min(1, Math.max(LEAST_SHARE, share));
    },
  };
}
