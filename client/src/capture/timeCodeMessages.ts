/** Messages between the window and the time code worker, validated where they arrive. */
import { z } from 'zod';
import { pictureSchema } from '../codec-worker/messages.js';

export const timeCodeCommandSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('open'),
    frames: z.custom<ReadableStream<VideoFrame>>((value) => value instanceof ReadableStream),
    output: z.custom<WritableStream<VideoFrame>>((value) => value instanceof WritableStream),
  }),
  /** Room time minus machine time, ms. */
  z.object({ type: z.literal('clock'), offset: z.number() }),
  z.object({ type: z.literal('picture'), requestId: z.int(), time: z.number() }),
]);
export type TimeCodeCommand = z.infer<typeof timeCodeCommandSchema>;

export const timeCodeEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('picture'),
    requestId: z.int(),
    picture: pictureSchema.optional(),
  }),
  /** Nobody takes the marked pictures any more. */
  z.object({ type: z.literal('ended') }),
]);
export type TimeCodeEvent = z.infer<typeof timeCodeEventSchema>;
