import { z } from 'zod';

/** Options of a script transform, as the worker receives them. */
export const transformOptionsSchema = z.discriminatedUnion('side', [
  z.object({ side: z.literal('sender') }),
  z.object({ side: z.literal('receiver'), consumerId: z.string() }),
]);
export type TransformOptions = z.infer<typeof transformOptionsSchema>;
