export { createRecovery } from './recovery.js';
export type {
  LackingFrames,
  ReceiverReport,
  Recovery,
  ReferenceChoice,
  SentFrameReference,
  StreamFrame,
} from './types.js';
