import type { FrameStats } from '../codec/types.js';
import { keyFrameQp, type OperatingPoint } from '../quant/points.js';
import { createRateController, operatingPointOf, type FramePlan } from '../rate/index.js';
import type { RateMode } from './arguments.js';

/** Chooses the operating point of each frame and learns what it took. */
export interface PointSource {
  /** @param keyFrame true where the file needs a key frame */
  next(timestamp: number, activity: number, keyFrame: boolean): OperatingPoint;
  /** Takes a coded frame, or gives another point at which to code it again. */
  judge(coded: Pick<FrameStats, 'bytes' | 'qp'>): OperatingPoint | undefined;
}

interface Stream {
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly frameRate: number;
}

function constantBitrate(stream: Stream, kilobitsPerSecond: number): PointSource {
  const controller = createRateController({
    ...stream,
    targetBitrate: kilobitsPerSecond * 1000,
    fixed: true,
  });
  let tried: { readonly now: number; readonly plan: FramePlan } | undefined;
  return {
    next: (timestamp, activity, keyFrame) => {
      const now = timestamp / 1000;
      if (keyFrame) controller.requestKeyFrame();
      const planned = controller.plan(now, { activity });
      const plan = { ...planned, keyFrame: planned.keyFrame || keyFrame };
      tried = { now, plan };
      return operatingPointOf(plan);
    },
    judge: ({ bytes, qp }) => {
      if (!tried) return undefined;
      const plan = { ...tried.plan, qp };
      const verdict = controller.judge(plan, bytes);
      if (verdict.accept) {
        controller.frameSent(tried.now, { plan, bytes });
        return undefined;
      }
      tried = { now: tried.now, plan: verdict.retry };
      return operatingPointOf(verdict.retry);
    },
  };
}

export function pointSource(mode: RateMode, stream: Stream): PointSource {
  if (mode.kind === 'bitrate') return constantBitrate(stream, mode.kilobitsPerSecond);
  const { qp, groups } = mode;
  return {
    next: (_, __, keyFrame) => ({ qp: keyFrame ? keyFrameQp(qp) : qp, keyFrame, groups }),
    judge: () => undefined,
  };
}
