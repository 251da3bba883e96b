export { createRateController } from './controller.js';
export { operatingPointOf } from './operatingPoint.js';
export type { FrameArrival } from './receiverQueue.js';
export { createSendBacklog, type BacklogReading, type SendBacklog } from './sendBacklog.js';
export type {
  ContentHint,
  ContentKind,
  DeviceFeedback,
  FrameHint,
  FramePlan,
  Judgement,
  LimitReason,
  NetworkFeedback,
  PlanAction,
  RateController,
  RateControllerOptions,
  RateState,
  SentFrame,
} from './types.js';
export { createWire, PACKET_OVERHEAD_BYTES, type Wire } from './wire.js';
