import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { readY4m } from '../../src/media/y4m.js';
import {
  msSsim,
  msSsimDecibel,
  planePsnr,
  PsnrMean,
  weightedPsnr,
} from '../../src/quality/index.js';

/** Quality of a decoded file against its source. */
export const Quality = z.object({
  frames: z.number(),
  /** Means over frames of the PSNR of each plane, dB. */
  psnr: z.object({ y: z.number(), u: z.number(), v: z.number() }),
  /** (6Y + U + V) / 8 of those, dB. */
  psnrWeighted: z.number(),
  /** Mean over frames, of luma. */
  msSsim: z.number(),
  /** −10·log10(1 − msSsim). */
  msSsimDb: z.number(),
});
export type Quality = z.infer<typeof Quality>;

/** One operating point of one codec on one clip. */
export const Measurement = Quality.extend({
  /** Quantizer in the codec's own scale. */
  quantizer: z.number(),
  /** Payload of all frames. */
  bytes: z.number(),
});
export type Measurement = z.infer<typeof Measurement>;

/** Compares two y4m files frame by frame; both must have the same size and number of frames. */
export async function compareFiles(source: string, decoded: string): Promise<Quality> {
  const a = await readY4m(createReadStream(source));
  const b = await readY4m(createReadStream(decoded));
  const { width, height } = a.header;
  const mean = new PsnrMean();
  let similarity = 0;
  let frames = 0;
  for await (const original of a.frames) {
    const next = await b.frames.next();
    if (next.done) throw new Error(`${decoded} has ${frames} frames, fewer than ${source}.`);
    mean.add(planePsnr(original, next.value, width, height));
    similarity += msSsim(original, next.value, width, height);
    frames++;
  }
  if (!(await b.frames.next()).done) throw new Error(`${decoded} has more frames than ${source}.`);
  const psnr = mean.mean;
  if (!psnr) throw new Error(`${source} has no frames.`);
  const value = similarity / frames;
  return {
    frames,
    psnr,
    psnrWeighted: weightedPsnr(psnr),
    msSsim: value,
    msSsimDb: msSsimDecibel(value),
  };
}
