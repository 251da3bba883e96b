import { keyFrameQp, type OperatingPoint } from '../quant/points.js';
import { createRateController, type FramePlan } from '../rate/index.js';
import type { RateMode } from './arguments.js';

/** Chooses the operating point of each frame and learns what it took. */
export interface PointSource {
  /** @param keyFrame true where the file needs a key frame */
  next(timestamp: number, activity: number, keyFrame: boolean): OperatingPoint;
  coded(bytes: number): void;
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
  let sent: { readonly now: number; readonly plan: FramePlan } | undefined;
  return {
    next: (timestamp, activity, keyFrame) => {
      const now = timestamp / 1000;
      if (keyFrame) controller.requestKeyFrame();
      const planned = controller.plan(now, { activity });
      const plan = { ...planned, keyFrame: planned.keyFrame || keyFrame };
      sent = { now, plan };
      const { qp, maxActiveBlocks, groups } = plan;
      return { qp, keyFrame: plan.keyFrame, maxActiveBlocks, groups };
    },
    coded: (bytes) => {
      if (sent) controller.frameSent(sent.now, { plan: sent.plan, bytes });
    },
  };
}

export function pointSource(mode: RateMode, stream: Stream): PointSource {
  if (mode.kind === 'bitrate') return constantBitrate(stream, mode.kilobitsPerSecond);
  return {
    next: (_, __, keyFrame) => ({ qp: keyFrame ? keyFrameQp(mode.qp) : mode.qp, keyFrame }),
    coded: () => undefined,
  };
}
