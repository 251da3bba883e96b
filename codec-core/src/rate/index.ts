export { createRateController } from './controller.js';
export { operatingPointOf } from './operatingPoint.js';
export {
  createSendBacklog,
  type BacklogReading,
  type FrameArrival,
  type SendBacklog,
} from './sendBacklog.js';
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
