import { clampArgument } from './arguments.js';
import { blockPriceAt } from './blockPrice.js';
import { createEncodeTime } from './encodeTime.js';
import { createLadder, DEVICE_RUNGS, NETWORK_RUNGS, type Rung, type Wish } from './ladder.js';
import type { MotionEffort } from '../quant/points.js';
import type { FrameContext } from './rateModel.js';
import type { ContentKind, DeviceFeedback, LimitReason } from './types.js';

/**
 * Smoothed index above which a rung is left, and below which the next better one must come out. They
 * enclose the point where the smaller picture, enlarged again, begins to look better at the same rate:
 * two clips coded in sizes 1, 3/4 and 1/2 of 640×360 cross at 38 to 46 of the larger one (PSNR, MS-SSIM).
 */
const DOWN_QP = 48;
const UP_QP = 36;
/** Above this the picture is of little use: it gets smaller twice as soon. */
const URGENT_QP = 58;
const URGENT_HURRY = 2;
/** A better rung that would come out this far below {@link UP_QP} is taken so much sooner. */
const ROOMY_QP = 8;
const ROOMY_HURRY = 3;

/** Finest index at which a key frame must fit its budget on the rung to start with. */
const START_QP: Readonly<Record<ContentKind, number>> = { camera: 55, screen: 63 };

/** Bits of a second against pixels and frame rate: rarer frames differ more. */
const PIXEL_EXPONENT = 0.8;
const FRAME_RATE_EXPONENT = 0.6;
/** log2(bits) per doubling of the step: that of whole pictures, steadier than what one call learns. */
const NOMINAL_SLOPE = 1;

/** Share of the time that encode and decode may take. */
const FULL_LOAD = 0.9;
/** For a camera's finest indices it may be less, and a little more on each rung: latency before sharpness. */
const FINEST_LOAD = 0.7;
const LOAD_PER_RUNG = 0.05;
/** Part of either that may be expected after a step up. */
const ROOMY_PART = 0.78;
/** Share of the time that coding a frame twice may take. */
const REPEAT_LOAD = 0.8;
const LOAD_WEIGHT = 0.1;
/** Share of the frame interval that encoding a single frame may take, where a coarser index helps. */
const TIMELY_SHARE = 1;
/** Part of the time of encoding a picture of active blocks only that one without any takes too. */
const DENSE_SHARE = 0.2;
/** Time of encoding by the effort of the motion search, in relation to the usual one. */
const EFFORT_COST = [0.8, 1, 1.15] as const;

const NETWORK_TIMES = { downAfterMs: 1500, upAfterMs: 4000, dwellMs: 2000 };
/** Another size costs a key frame: the device's other steps come sooner. */
const RESIZE_HURRY = 0.1;
/** A still picture comes back to its full size sooner: only in that it can become exact. */
const STILL_HURRY = 4;
const DEVICE_TIMES = { downAfterMs: 1000, upAfterMs: 2000, dwellMs: 1000 };

export interface OperatingRung {
  readonly scale: number;
  readonly frameRate: number;
  readonly activeShare: number;
  readonly motionEffort: MotionEffort;
  /** Bits that a block has to gain for the time that it takes, where bits are not scarce. */
  readonly blockPrice: number;
  /** Share of the blocks from which on a frame of `pixels` would not be ready in time on this device. */
  timelyShare(pixels: number): number;
  /** By how many indices the device asks for less than the finest index allowed. */
  readonly coarser: number;
  readonly limitedBy: LimitReason;
  setKind(now: number, kind: ContentKind): void;
  /** @param frame that was coded */
  device(feedback: DeviceFeedback, frame: FrameContext): void;
  /** Whether the device has time to encode the same frame twice. */
  canRepeat(): boolean;
  /** Best network rung whose key frame, at the index that `keyQp` gives for its scale, looks fair. */
  start(now: number, keyQp: (scale: number) => number): void;
  /**
   * Follows the needs of link and device.
   * @param qp smoothed index of predicted frames
   * @param atFinest whether that is the finest one allowed: the link could take a better picture
   * @param still whether the picture stands still: then it has the time to become sharp in full size
   * @returns the change of the index to expect at the same bit rate
   */
  update(now: number, qp: number, atFinest: boolean, still: boolean): number;
}

/** Resolution, frame rate and active blocks: the worse of what the link and what the device allows. */
export function createOperatingRung(
  sourceFrameRate: number,
  firstKind: ContentKind,
): OperatingRung {
  let kind = firstKind;
  const network = createLadder(NETWORK_RUNGS.camera.length, NETWORK_TIMES);
  const device = createLadder(DEVICE_RUNGS.length, DEVICE_TIMES);
  let encodeLoad = 0;
  let decodeLoad = 0;
  let active = 1;
  const time = createEncodeTime();

  const networkRung = (index = network.index): Rung => at(NETWORK_RUNGS[kind], index);
  const deviceRung = (index = device.index): Rung => at(DEVICE_RUNGS, index);
  const frameRate = (...rungs: readonly Rung[]): number =>
    Math.min(sourceFrameRate, ...rungs.map((rung) => rung.frameRate));
  const scale = (...rungs: readonly Rung[]): number => Math.min(...rungs.map((rung) => rung.scale));

  const intervalMs = (): number => 1000 / frameRate(networkRung(), deviceRung());

  /** Change of the index at the same bit rate when `to` replaces `from` as the rung of the link. */
  function qpShift(from: Rung, to: Rung): number {
    const cap = deviceRung();
    const pixels = (scale(to, cap) / scale(from, cap)) ** (2 * PIXEL_EXPONENT);
    const rate = (frameRate(to, cap) / frameRate(from, cap)) ** FRAME_RATE_EXPONENT;
    return (8 * Math.log2(pixels * rate)) / NOMINAL_SLOPE;
  }

  /** Index to expect on the next better rung. */
  const betterQp = (qp: number): number =>
    qp + qpShift(networkRung(), networkRung(Math.max(0, network.index - 1)));

  function networkWish(qp: number, atFinest: boolean): Wish {
    if (qp > DOWN_QP) return 'down';
    return atFinest || betterQp(qp) < UP_QP ? 'up' : 'stay';
  }

  function networkHurry(qp: number): number {
    if (qp > URGENT_QP) return URGENT_HURRY;
    return betterQp(qp) < UP_QP - ROOMY_QP ? ROOMY_HURRY : 1;
  }

  /** Screens stay as sharp as the link allows. */
  const coarserOn = (rung: Rung): number => (kind === 'camera' ? rung.coarser : 0);

  /** About as many blocks are active as bits are needed, inversely to the step. */
  const activeOn = (rung: Rung): number =>
    Math.min(rung.activeShare, active * 2 ** ((coarserOn(deviceRung()) - coarserOn(rung)) / 8));

  const encodeCost = (rung: Rung): number =>
    rung.scale ** 2 *
    frameRate(rung, networkRung()) *
    EFFORT_COST[rung.motionEffort] *
    (DENSE_SHARE + (1 - DENSE_SHARE) * activeOn(rung));

  /** Share of the time that the device may take on a rung before it is left. */
  const mostLoad = (index: number): number =>
    kind === 'camera' ? Math.min(FULL_LOAD, FINEST_LOAD + LOAD_PER_RUNG * index) : FULL_LOAD;

  function deviceWish(): Wish {
    if (encodeLoad + decodeLoad > mostLoad(device.index)) return 'down';
    const better = Math.max(0, device.index - 1);
    const expected =
      (encodeLoad * encodeCost(deviceRung(better))) / encodeCost(deviceRung()) + decodeLoad;
    return expected < ROOMY_PART * mostLoad(better) ? 'up' : 'stay';
  }

  function resizes(wish: Wish): boolean {
    const index = device.index + (wish === 'down' ? 1 : -1);
    const next = DEVICE_RUNGS[index];
    return wish !== 'stay' && next !== undefined && next.scale !== deviceRung().scale;
  }

  return {
    get scale() {
      return scale(networkRung(), deviceRung());
    },
    get frameRate() {
      return frameRate(networkRung(), deviceRung());
    },
    get activeShare() {
      return deviceRung().activeShare;
    },
    get motionEffort() {
      return deviceRung().motionEffort;
    },
    get blockPrice() {
      if (kind === 'screen') return 0;
      return blockPriceAt((encodeLoad + decodeLoad) * intervalMs(), intervalMs());
    },
    timelyShare(pixels) {
      if (kind === 'screen') return 1;
      return time.shareWithin(pixels, TIMELY_SHARE * intervalMs());
    },
    get coarser() {
      return coarserOn(deviceRung());
    },
    get limitedBy() {
      if (device.index > 0) return 'cpu';
      return network.index > 0 ? 'network' : 'none';
    },
    setKind(now, next) {
      if (next === kind) return;
      kind = next;
      network.jump(now, 0);
    },
    device(feedback, { keyFrame, pixels }) {
      const interval = clampArgument('frameIntervalMs', feedback.frameIntervalMs, 1, 1e4);
      const encodeMs = clampArgument('encodeMs', feedback.encodeMs, 0, 1e4);
      const encode = encodeMs / interval;
      const decode = clampArgument('decodeMs', feedback.decodeMs, 0, 1e4) / interval;
      encodeLoad += LOAD_WEIGHT * (encode - encodeLoad);
      decodeLoad += LOAD_WEIGHT * (decode - decodeLoad);
      const share = clampArgument('activeShare', feedback.activeShare, 0, 1);
      active += LOAD_WEIGHT * (share - active);
      if (!keyFrame) time.observe(pixels, share, encodeMs);
    },
    canRepeat: () => 2 * encodeLoad + decodeLoad < REPEAT_LOAD,
    start(now, keyQp) {
      const rungs = NETWORK_RUNGS[kind];
      const fair = rungs.findIndex((rung) => keyQp(rung.scale) <= START_QP[kind]);
      network.jump(now, fair < 0 ? rungs.length - 1 : fair);
    },
    update(now, qp, atFinest, still) {
      const wish = deviceWish();
      device.update(now, wish, resizes(wish) ? RESIZE_HURRY : 1);
      const before = networkRung();
      const changed = still
        ? network.update(now, before.scale < 1 ? 'up' : 'stay', STILL_HURRY)
        : network.update(now, networkWish(qp, atFinest), networkHurry(qp));
      return changed ? qpShift(before, networkRung()) : 0;
    },
  };
}

function at(rungs: readonly Rung[], index: number): Rung {
  const rung = rungs[index];
  if (!rung) throw new RangeError(`no rung ${index}`);
  return rung;
}
