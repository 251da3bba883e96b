import type { NewConsumer, NewConsumerAck, Notification } from '../protocol/index.js';

/** The way from a room to one client; signalling implements it. */
export interface ClientLink {
  notify(notification: Notification): void;
  /** Resolves to undefined where the client does not answer, or not as it should. */
  offerConsumer(consumer: NewConsumer): Promise<NewConsumerAck | undefined>;
  close(): void;
}
