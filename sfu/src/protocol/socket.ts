/** How the messages travel: four socket.io events. */
import { z } from 'zod';
import { protocolErrorSchema, type ProtocolError } from './errors.js';
import { sourceSamplesSchema } from './model.js';
import type { NewConsumer, Notification, SamplesWanted } from './notifications.js';
import { responseSchemas, type Request, type RequestType, type ResponseOf } from './requests.js';

/** Path of socket.io on the server. */
export const SOCKET_PATH = '/signal';

/** Acknowledgement of a request of type T. */
export type Ack<T extends RequestType = RequestType> =
  { ok: true; data: ResponseOf<T> } | { ok: false; error: ProtocolError };

/** Acknowledgement of `newConsumer`. */
export const newConsumerAckSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), message: z.string().max(500) }),
]);
export type NewConsumerAck = z.infer<typeof newConsumerAckSchema>;

/** Acknowledgement of `samplesWanted`; null: not in test mode, or no such picture any more. */
export const samplesAckSchema = sourceSamplesSchema.nullable();
export type SamplesAck = z.infer<typeof samplesAckSchema>;

/** Events of a typed socket.io client: `Socket<ServerToClientEvents, ClientToServerEvents>`. */
export interface ClientToServerEvents {
  request: (request: Request, ack: (answer: Ack) => void) => void;
}
export interface ServerToClientEvents {
  notification: (notification: Notification) => void;
  newConsumer: (consumer: NewConsumer, ack: (answer: NewConsumerAck) => void) => void;
  samplesWanted: (wanted: SamplesWanted, ack: (answer: SamplesAck) => void) => void;
}

const envelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: protocolErrorSchema }),
]);

/**
 * Validates the acknowledgement of a request.
 * @throws ZodError when the answer is not one that this protocol knows.
 */
export function parseAck<T extends RequestType>(type: T, answer: unknown): Ack<T> {
  const envelope = envelopeSchema.parse(answer);
  if (!envelope.ok) return envelope;
  const schemas: { readonly [K in RequestType]: z.ZodType<ResponseOf<K>> } = responseSchemas;
  return { ok: true, data: schemas[type].parse(envelope.data) };
}
