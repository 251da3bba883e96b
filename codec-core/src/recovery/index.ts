export { createRecovery } from './recovery.js';
export type {
  ReceiverReport,
  Recovery,
  ReferenceChoice,
  SentFrameReference,
  StreamFrame,
} from './types.js';
