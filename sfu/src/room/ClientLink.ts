import type { NewConsumer, NewConsumerAck, Notification } from '../protocol/index.js';

/** The way from a room to one client; signalling implements it. */
export interface ClientLink {
  notify(notification: Notification): void;
  /** Resolves to a negative answer where the client is gone or silent. */
  offerConsumer(consumer: NewConsumer): Promise<NewConsumerAck>;
  close(): void;
}
