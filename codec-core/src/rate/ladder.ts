import { USUAL_EFFORT, type MotionEffort } from '../quant/points.js';
import type { ContentKind } from './types.js';

/** Upper bounds of what is captured and coded. */
export interface Rung {
  readonly scale: number;
  /** frames per second */
  readonly frameRate: number;
  /** share of the blocks of a predicted frame that may be active */
  readonly activeShare: number;
  /** quantization indices that the finest one allowed is coarser than asked for */
  readonly coarser: number;
  readonly motionEffort: MotionEffort;
}

const rung = (
  scale: number,
  frameRate: number,
  motionEffort: MotionEffort = USUAL_EFFORT,
  activeShare = 1,
  coarser = 0,
): Rung => ({ scale, frameRate, motionEffort, activeShare, coarser });

/** Steps for a narrow link, best first: people keep their motion, screens their sharpness. */
export const NETWORK_RUNGS: Readonly<Record<ContentKind, readonly Rung[]>> = {
  camera: [
    rung(1, Infinity),
    rung(3 / 4, Infinity),
    rung(1 / 2, Infinity),
    rung(1 / 2, 20),
    rung(3 / 8, 20),
    rung(3 / 8, 15),
    rung(3 / 8, 10),
    rung(3 / 8, 7.5),
  ],
  screen: [
    rung(1, Infinity),
    rung(1, 20),
    rung(1, 15),
    rung(1, 10),
    rung(1, 7.5),
    rung(3 / 4, 7.5),
    rung(1 / 2, 7.5),
    rung(3 / 8, 7.5),
  ],
};

/**
 * Steps for a slow device: the search for motion, active blocks, by a coarser finest index where few are and by a
 * cap where many are, then frame rate, then resolution.
 */
export const DEVICE_RUNGS: readonly Rung[] = [
  rung(1, Infinity),
  rung(1, Infinity, 0),
  rung(1, Infinity, 0, 0.85, 3),
  rung(1, Infinity, 0, 0.7, 6),
  rung(1, Infinity, 0, 0.5, 10),
  rung(1, Infinity, 0, 0.35, 14),
  rung(1, 20, 0, 0.35, 14),
  rung(1, 15, 0, 0.35, 14),
  rung(1, 10, 0, 0.35, 14),
  rung(3 / 4, 10, 0, 0.35, 14),
  rung(1 / 2, 10, 0, 0.35, 14),
  rung(3 / 8, 7.5, 0, 0.35, 14),
];

export type Wish = 'down' | 'stay' | 'up';

export interface LadderTimes {
  /** how long a wish must last before it is followed, ms */
  readonly downAfterMs: number;
  readonly upAfterMs: number;
  /** least time between two changes, ms */
  readonly dwellMs: number;
}

/** A step down this soon after a step up calls the step up a mistake, ms. */
const REGRET_MS = 10_000;
/** Each mistake doubles the patience before the next step up, up to this factor. */
const MAX_PATIENCE = 8;

/** Position on a list of rungs, 0 best. */
export interface Ladder {
  readonly index: number;
  /**
   * Takes note of the wish; true when the index changed.
   * @param hurry how many times as soon as usual it happens, default 1
   */
  update(now: number, wish: Wish, hurry?: number): boolean;
  jump(now: number, index: number): void;
}

/** Hysteresis: wishes must last, changes must stay, and steps up that had to be undone come slower. */
export function createLadder(length: number, times: LadderTimes): Ladder {
  let index = 0;
  let changedAt = -Infinity;
  /** time of the last change if it was a step up */
  let steppedUpAt: number | undefined;
  let patience = 1;
  let wish: Wish = 'stay';
  let wishedSince = 0;

  function move(now: number, to: number): void {
    index = to;
    changedAt = now;
    wish = 'stay';
  }

  return {
    get index() {
      return index;
    },
    jump: move,
    update(now, next, hurry = 1) {
      if (next !== wish) {
        wish = next;
        wishedSince = now;
      }
      const waitedMs = (now - wishedSince) * hurry;
      if ((now - changedAt) * hurry < times.dwellMs) return false;
      if (wish === 'down' && index < length - 1 && waitedMs >= times.downAfterMs) {
        const regretted = steppedUpAt !== undefined && now - steppedUpAt < REGRET_MS;
        patience = regretted ? Math.min(MAX_PATIENCE, 2 * patience) : 1;
        steppedUpAt = undefined;
        move(now, index + 1);
        return true;
      }
      if (wish === 'up' && index > 0 && waitedMs >= times.upAfterMs * patience) {
        if (steppedUpAt !== undefined) patience = 1;
        steppedUpAt = now;
        move(now, index - 1);
        return true;
      }
      return false;
    },
  };
}
