import { z } from 'zod';

/** What can go wrong with a request. `docs/PROTOCOL.md` says for each what a client does about it. */
export const errorCodeSchema = z.enum([
  'invalid-message',
  'version-mismatch',
  'not-joined',
  'already-joined',
  'room-full',
  'limit-reached',
  'rate-limited',
  'unknown-transport',
  'unknown-producer',
  'unknown-consumer',
  'media-failed',
  'server-closing',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** The error of a refused request: a stable code and a sentence that says what to do next. */
export const protocolErrorSchema = z.object({
  code: errorCodeSchema,
  message: z.string().max(500),
});
export type ProtocolError = z.infer<typeof protocolErrorSchema>;
