import type {
  NewConsumer,
  NewConsumerAck,
  Notification,
  SamplesAck,
  SamplesWanted,
} from '../protocol/index.js';

/** The way from a room to one client; signalling implements it. */
export interface ClientLink {
  notify(notification: Notification): void;
  /** Resolves to undefined where the client does not answer, or not as it should. */
  offerConsumer(consumer: NewConsumer): Promise<NewConsumerAck | undefined>;
  /** Resolves to null where the client has no such picture, to undefined where it does not answer. */
  askSamples(wanted: SamplesWanted): Promise<SamplesAck | undefined>;
  close(): void;
}
