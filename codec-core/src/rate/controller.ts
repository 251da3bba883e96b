import { CodecError } from '../errors.js';
import { USUAL_EFFORT } from '../quant/points.js';
import { clampArgument } from './arguments.js';
import { MAX_BITRATE } from './bandwidth.js';
import { createOperatingRung } from './operatingRung.js';
import {
  COARSEST_QP,
  createRateModel,
  FINEST_QP,
  type Attempt,
  type FrameContext,
} from './rateModel.js';
import type {
  FrameHint,
  FramePlan,
  Judgement,
  LimitReason,
  PlanAction,
  RateController,
  RateControllerOptions,
} from './types.js';
import { createStillRefinement, STILL_AFTER_MS } from './stillRefinement.js';
import { createVideoGate, TRIAL_BITRATE } from './videoGate.js';
import { createVideoShare, USED_SHARE } from './videoShare.js';
import { createVirtualBuffer } from './virtualBuffer.js';
import { createWire, PACKET_OVERHEAD_BYTES } from './wire.js';

/** So much of the estimate is used where that is enough for the finest index: latency comes before sharpness. */
const COMFORTABLE_SHARE = 0.8;
/** Where bits are scarce, so many indices above the finest, it is {@link USED_SHARE}. */
const COMFORT_QP = 12;

/** How much of the link one frame may take, and how soon that is paid back, ms. */
const LIVE = {
  keyBudgetMs: 200,
  burstBudgetMs: 100,
  correctionMs: 250,
  creditMs: 60,
  fullMs: 120,
};
const FILE = {
  keyBudgetMs: 400,
  burstBudgetMs: 200,
  correctionMs: 1000,
  creditMs: 500,
  fullMs: Infinity,
};

/** Sizes within these factors of the allowance are accepted. */
const TOLERANCE_OVER = 1.18;
const TOLERANCE_UNDER = 0.85;
/** To code a live key frame again takes as long as to send this much of it, and it is refined anyway. */
const KEY_TOLERANCE_OVER = 1.4;
const LAST_ATTEMPT = 2;
/** Too large is coded again, too small mostly not: so frames aim a little above their allowance. */
const AIM = 1.03;

/** A sudden change may draw on the burst budget to stay within one doubling of the step. */
const BURST_QP = 8;

/**
 * A predicted frame is at most this much finer than the one before: what a still moment costs at a much
 * finer index, all that the picture lacked until then, its activity does not foretell.
 */
const FINER_QP = 4;

/** The first key frame is no finer than this (step 9.2): what follows refines it. */
const FIRST_KEY_QP = 30;
/** Later key frames are at most this much finer than the frames between them. */
const KEY_QP_GAIN = 2;
const MIN_KEY_INTERVAL_MS = 500;

/** Time constant of the smoothed index, ms. */
const QP_SMOOTHING_MS = 1000;

/** Another size costs a key frame: it comes when no more than this waits, ms. */
const RESIZE_WAIT_MS = 60;

/** A queue that others fill does not drain by waiting: then a small frame goes all the same. */
const LONGEST_HOLD_MS = 120;
/** A frame that comes this share of an interval early still counts as due: capture jitters. */
const EARLY_SHARE = 0.45;

const GROUPS = 4;
const BLOCK = 8;

/** Creates a {@link RateController}; see there and {@link RateControllerOptions}. */
export function createRateController(options: RateControllerOptions = {}): RateController {
  const sourceFrameRate = clampArgument('frameRate', options.frameRate ?? 30, 1, 120);
  const minQp = Math.round(clampArgument('minQp', options.minQp ?? 8, FINEST_QP, COARSEST_QP));
  const fixed = options.fixed ?? false;
  const limits = fixed ? FILE : LIVE;
  const wire = createWire(
    clampArgument('frameOverheadBytes', options.frameOverheadBytes ?? 0, 0, 10_000),
    clampArgument(
      'packetOverheadBytes',
      options.packetOverheadBytes ?? (fixed ? 0 : PACKET_OVERHEAD_BYTES),
      0,
      1000,
    ),
  );
  const startBitrate = bitrateArgument('targetBitrate', options.targetBitrate ?? 300_000);
  const maxBitrate = bitrateArgument('maxBitrate', options.maxBitrate ?? 4_000_000);

  const link = createVideoShare(
    startBitrate,
    bitrateArgument('audioBitrate', options.audioBitrate ?? 40_000),
  );
  const gate = createVideoGate();
  const rung = createOperatingRung(sourceFrameRate, options.kind ?? 'camera');
  const buffer = createVirtualBuffer(limits);
  const model = createRateModel();
  const still = createStillRefinement();

  let width = sideArgument('width', options.width ?? 640);
  let height = sideArgument('height', options.height ?? 360);
  let ceiling = fixed ? startBitrate : maxBitrate;
  let clock: number | undefined;
  let plannedAt = -Infinity;
  let dueAt = -Infinity;
  let hintedActivity: number | undefined;
  let hintedDetail: number | undefined;
  let stillMs = 0;
  let keyWanted = true;
  let lastKeyAt = -Infinity;
  let sentPixels: number | undefined;
  let sentQp: number | undefined;
  let smoothQp: number | undefined;
  let plannedRate = 0;
  let plannedQp = 0;
  let context: FrameContext = { keyFrame: true, pixels: width * height };
  let attempts: Attempt[] = [];

  /** 1 at the finest index, 0 from {@link COMFORT_QP} above it on: how little more bits would be seen. */
  function fineness(): number {
    const above = ((smoothQp ?? COARSEST_QP) - finestQp()) / COMFORT_QP;
    return 1 - Math.max(0, Math.min(1, above));
  }

  function usedShare(): number {
    if (rung.limitedBy === 'network') return USED_SHARE;
    return USED_SHARE - (USED_SHARE - COMFORTABLE_SHARE) * fineness();
  }

  /** bit/s for video on the wire. */
  function videoBitrate(now: number): number {
    if (fixed) return ceiling;
    const share = link.bitrate(now, usedShare());
    return Math.min(ceiling, gate.state === 'trial' ? Math.max(share, TRIAL_BITRATE) : share);
  }

  /** The video rate; when it has changed, the smoothed index follows at once. */
  function followRate(now: number): number {
    const rate = videoBitrate(now);
    if (smoothQp !== undefined && rate > 0 && plannedRate > 0) {
      smoothQp += (8 * Math.log2(plannedRate / rate)) / model.slope(false);
    }
    plannedRate = rate;
    return rate;
  }

  const blockCount = (): number =>
    Math.ceil((width * rung.scale) / BLOCK) * Math.ceil((height * rung.scale) / BLOCK);
  const pixelsAt = (scale: number): number => width * height * scale ** 2;
  const intervalMs = (): number => 1000 / rung.frameRate;
  const limitedBy = (): LimitReason => (gate.state === 'open' ? rung.limitedBy : 'network');
  const finestQp = (): number => Math.min(COARSEST_QP, minQp + (fixed ? 0 : rung.coarser));
  const finestNext = (): number =>
    fixed || context.keyFrame || sentQp === undefined
      ? finestQp()
      : Math.max(finestQp(), sentQp - FINER_QP);
  const clampQp = (qp: number): number =>
    Math.min(COARSEST_QP, Math.max(finestNext(), Math.round(qp)));

  function tick(time: number): number {
    const now = clampArgument('now', time, -Number.MAX_VALUE, Number.MAX_VALUE);
    clock = Math.max(now, clock ?? now);
    return clock;
  }

  /** Opens or closes the gate; what comes after a pause starts like a call. */
  function updateGate(now: number): void {
    if (fixed) return;
    const before = gate.state;
    gate.update(now, link.gateInput(now));
    if (before === 'paused' && gate.state !== 'paused') {
      keyWanted = true;
      smoothQp = undefined;
    }
  }

  function updateRung(now: number, backlogMs = 0): void {
    if (fixed) return;
    if (smoothQp === undefined) {
      // What waits at this moment says nothing of the minutes that follow.
      const budget = (plannedRate * limits.keyBudgetMs) / 1000;
      rung.start(now, (scale) =>
        model.qpFor({ keyFrame: true, pixels: pixelsAt(scale), detail: hintedDetail }, budget),
      );
    } else if (backlogMs <= RESIZE_WAIT_MS) {
      smoothQp += rung.update(now, smoothQp, smoothQp < finestQp() + 0.5, standsStill());
    }
  }

  /** Most bytes that are accepted for an allowance. */
  const mostBytes = (allowance: number): number =>
    Math.floor(allowance * (context.keyFrame && !fixed ? KEY_TOLERANCE_OVER : TOLERANCE_OVER));

  const standsStill = (): boolean => stillMs >= STILL_AFTER_MS;

  const tooEarly = (now: number): boolean => now < dueAt - EARLY_SHARE * intervalMs();

  /** Lets a real backlog drain, but not for so long that the picture stands still. */
  const held = (now: number, backlogMs = 0): boolean =>
    backlogMs >= limits.fullMs && now - plannedAt < LONGEST_HOLD_MS;

  /** Rather a picture less than one that takes more than its allowance even at the coarsest index. */
  const starved = (now: number, bytes: number): boolean =>
    !fixed &&
    !context.keyFrame &&
    now - plannedAt < LONGEST_HOLD_MS - intervalMs() &&
    model.predictBits(context, COARSEST_QP) > 8 * bytes * TOLERANCE_OVER;

  function keyFrameDue(now: number): boolean {
    if (sentPixels !== pixelsAt(rung.scale)) return true;
    return keyWanted && (fixed || now - lastKeyAt >= MIN_KEY_INTERVAL_MS);
  }

  /** Coded bytes for the frame, given what it is expected to take at an index. */
  function allowanceBytes(bitsAt: (qp: number) => number): number {
    const ordinary = buffer.allowance(intervalMs());
    const [budgetMs, wantedQp] = context.keyFrame
      ? [limits.keyBudgetMs, keyFinestQp()]
      : [limits.burstBudgetMs, (smoothQp ?? COARSEST_QP) + BURST_QP];
    const wanted = wire.bits(bitsAt(clampQp(wantedQp)) / 8);
    const extraordinary = Math.min(wanted, buffer.room(budgetMs));
    const least = context.keyFrame ? Math.min(ordinary, wanted) : ordinary;
    return wire.codedBytes(Math.max(least, extraordinary));
  }

  /** Whether the frame refines a picture that stands still; only whole pictures become exact. */
  const refining = (): boolean => standsStill() && !fixed && !context.keyFrame && rung.scale === 1;

  function refinementPlan(): FramePlan {
    const ordinary = buffer.allowance(intervalMs());
    const bytes = wire.codedBytes(Math.max(ordinary, buffer.room(limits.burstBudgetMs)));
    const { qp, maxActiveBlocks } = still.next(blockCount() * rung.activeShare, 8 * bytes);
    return { ...planOf('encode', bytes, qp), maxActiveBlocks, still: true };
  }

  function keyFinestQp(): number {
    if (smoothQp !== undefined) return smoothQp - KEY_QP_GAIN;
    return fixed ? minQp : FIRST_KEY_QP;
  }

  /** Index at which the present content takes the video rate with an empty buffer. */
  function evenQp(now: number): number {
    const bytes = wire.codedBytes((videoBitrate(now) * intervalMs()) / 1000);
    return Math.min(COARSEST_QP, Math.max(finestQp(), model.qpFor(context, 8 * bytes)));
  }

  /** A file has all the time it needs. */
  function timelyBlocks(): number {
    const share = fixed ? 1 : rung.timelyShare(pixelsAt(rung.scale));
    return Math.max(1, Math.floor(blockCount() * share));
  }

  function planOf(action: PlanAction, bytes: number, qp: number): FramePlan {
    return {
      action,
      qp,
      keyFrame: context.keyFrame,
      still: false,
      maxActiveBlocks: Math.max(1, Math.floor(blockCount() * rung.activeShare)),
      blockPrice: fixed ? 0 : Math.round(fineness() * rung.blockPrice),
      timelyBlocks: timelyBlocks(),
      finestQp: finestNext(),
      motionEffort: fixed ? USUAL_EFFORT : rung.motionEffort,
      groups: GROUPS,
      allowanceBytes: bytes,
      maxBytes: mostBytes(bytes),
      frameRate: rung.frameRate,
      scale: rung.scale,
      videoPaused: action === 'pause',
      limitedBy: limitedBy(),
      attempt: 0,
    };
  }

  const idle = (action: 'skip' | 'pause'): FramePlan => ({
    ...planOf(action, 0, clampQp(smoothQp ?? COARSEST_QP)),
    keyFrame: false,
  });

  /** The same frame again, or undefined when nothing better can be tried. */
  function retryOf(plan: FramePlan, bytes: number, over: boolean): FramePlan | undefined {
    if (plan.still) {
      const maxActiveBlocks = still.retry(plan.maxActiveBlocks, bytes, plan.allowanceBytes);
      return { ...plan, maxActiveBlocks, attempt: plan.attempt + 1 };
    }
    const fresh = allowanceBytes((qp) => model.predictAfter(context, attempts, qp));
    const allowance = over ? Math.max(plan.allowanceBytes, fresh) : plan.allowanceBytes;
    const maxBytes = mostBytes(allowance);
    if (over && bytes <= maxBytes) return undefined;
    const wanted = model.qpAfter(context, attempts, 8 * allowance);
    const qp = clampQp(over ? Math.max(wanted, plan.qp + 1) : Math.min(wanted, plan.qp - 1));
    const next = { ...plan, qp, allowanceBytes: allowance, maxBytes, attempt: plan.attempt + 1 };
    if (over && qp === plan.qp) {
      return plan.groups > 1 ? { ...next, groups: plan.groups - 1 } : undefined;
    }
    return attempts.some((attempt) => attempt.qp === qp) ? undefined : next;
  }

  function learn({ keyFrame, qp, groups }: FramePlan, bytes: number): void {
    if (groups === GROUPS) model.observe({ ...context, keyFrame }, qp, 8 * bytes);
  }

  function takeHint({ activity, detail, ...size }: FrameHint): void {
    stillMs = clampArgument('stillMs', size.stillMs ?? 0, 0, 1e12);
    if (activity !== undefined) hintedActivity = clampArgument('activity', activity, 0, 1e12);
    if (detail !== undefined) hintedDetail = clampArgument('detail', detail, 0, 510);
    if (size.width !== undefined) width = sideArgument('width', size.width);
    if (size.height !== undefined) height = sideArgument('height', size.height);
  }

  return {
    networkFeedback(feedback) {
      link.report(feedback);
      const now = tick(feedback.now);
      buffer.advance(now, videoBitrate(now));
    },
    deviceFeedback: (feedback) => rung.device(feedback, context),
    contentHint({ kind, activity }) {
      if (activity !== undefined) takeHint({ activity });
      rung.setKind(clock ?? 0, kind);
    },
    requestKeyFrame() {
      keyWanted = true;
    },
    setTargetBitrate(bitsPerSecond) {
      ceiling = Math.min(
        fixed ? MAX_BITRATE : maxBitrate,
        bitrateArgument('bitrate', bitsPerSecond),
      );
    },
    plan(time, hint = {}) {
      takeHint(hint);
      const now = tick(time);
      const backlogMs = link.hear(now, hint.backlog);
      updateGate(now);
      buffer.advance(now, followRate(now));
      buffer.setBacklog(backlogMs);
      if (gate.state === 'paused') return idle('pause');
      updateRung(now, backlogMs);
      if (!fixed && (tooEarly(now) || buffer.full() || held(now, backlogMs))) return idle('skip');

      context = {
        keyFrame: keyFrameDue(now),
        pixels: pixelsAt(rung.scale),
        activity: hintedActivity,
        detail: hintedDetail,
      };
      attempts = [];
      if (refining()) {
        plannedAt = now;
        return refinementPlan();
      }
      const bytes = allowanceBytes((qp) => model.predictBits(context, qp));
      if (starved(now, bytes)) return idle('skip');
      plannedAt = now;
      plannedQp = clampQp(model.qpFor(context, 8 * bytes * AIM));
      return planOf('encode', bytes, plannedQp);
    },
    judge(plan, codedBytes): Judgement {
      const bytes = codedBytesArgument(plan, codedBytes);
      const over = bytes > plan.maxBytes;
      const under =
        bytes < TOLERANCE_UNDER * plan.allowanceBytes &&
        plan.qp > finestNext() &&
        // The encoder went by its limits: it took as fine an index as they let it.
        (plan.qp === plannedQp || plan.attempt > 0) &&
        !plan.still &&
        (fixed || (rung.canRepeat() && !plan.keyFrame));
      if (plan.attempt >= LAST_ATTEMPT || !(over || under)) return { accept: true };
      attempts.push({ qp: plan.qp, bits: 8 * bytes });
      const retry = retryOf(plan, bytes, over);
      if (!retry) return { accept: true };
      if (!plan.still) learn(plan, bytes);
      return { accept: false, retry };
    },
    frameSent(time, { plan, bytes: codedBytes, activeShare = 1 }) {
      const bytes = codedBytesArgument(plan, codedBytes);
      const now = tick(time);
      buffer.advance(now, videoBitrate(now));
      buffer.spend(wire.bits(bytes));
      if (plan.still && !plan.keyFrame) {
        const { maxActiveBlocks } = plan;
        const active = blockCount() * clampArgument('activeShare', activeShare, 0, 1);
        const activeBlocks = Math.min(maxActiveBlocks, Math.round(active));
        still.sent({ maxActiveBlocks, activeBlocks, bits: 8 * bytes });
      } else {
        learn(plan, bytes);
        still.begin(plan.qp);
        if (plan.keyFrame) {
          keyWanted = false;
          lastKeyAt = now;
          smoothQp ??= plan.qp;
        } else {
          const even = evenQp(now);
          smoothQp = even + ((smoothQp ?? even) - even) * Math.exp(-intervalMs() / QP_SMOOTHING_MS);
        }
      }
      sentPixels = context.pixels;
      sentQp = plan.still ? undefined : plan.qp;
      dueAt = (plannedAt - dueAt > intervalMs() ? plannedAt : dueAt) + intervalMs();
    },
    get state() {
      const paused = gate.state === 'paused';
      return {
        videoBitrate: paused ? 0 : videoBitrate(clock ?? 0),
        linkBitrate: link.linkBitrate(clock ?? 0),
        bufferMs: buffer.contentMs(),
        qp: Math.min(COARSEST_QP, Math.max(finestQp(), smoothQp ?? COARSEST_QP)),
        frameRate: rung.frameRate,
        scale: rung.scale,
        activeShare: rung.activeShare,
        videoPaused: paused,
        limitedBy: limitedBy(),
        keyFrameWanted: keyWanted,
      };
    },
  };
}

function sideArgument(name: string, value: number): number {
  return clampArgument(name, value, 1, 16_384);
}

function bitrateArgument(name: string, value: number): number {
  return clampArgument(name, value, 0, MAX_BITRATE);
}

function codedBytesArgument(plan: FramePlan, bytes: number): number {
  if (plan.action !== 'encode') {
    throw new CodecError(
      'bad-argument',
      `rate control: the plan says ${plan.action}; code a frame only when it says encode`,
    );
  }
  return clampArgument('bytes', bytes, 0, 2 ** 31);
}
