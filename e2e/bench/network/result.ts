import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CACHE_FOLDER } from '../../../codec-core/bench/rd/cache.js';

/** JSON knows no NaN: what could not be measured is null there. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const secondSchema = z.object({
  /** ms since the start, less than 0 before it */
  at: z.number(),
  /** bits in this second */
  capacity: z.number(),
  offered: z.number(),
  delivered: z.number(),
  /** The browser's estimate, bit/s. */
  estimate: z.number().optional(),
  frames: z.number(),
  /** Longest of the pictures shown in this second, ms. */
  latency: z.number().optional(),
  inn: z
    .object({
      target: z.number(),
      qp: z.number(),
      height: z.number(),
      frameRate: z.number(),
      limitedBy: z.string(),
      encodeMs: z.number(),
    })
    .optional(),
});

const resultSchema = z.object({
  scenario: z.string(),
  codec: z.enum(['inn', 'vp8']),
  /** Of the working tree, as `git describe` says it. */
  commit: z.string(),
  measuredAt: z.string(),
  /** Load of the machine before the run (1 min). */
  load: z.number(),
  /** 95th percentile of how late the emulation's timers were, ms. */
  latenessMs: z.number(),
  /** Capture to display, ms. */
  latency: z.object({ p50: figure, p95: figure, p99: figure }),
  /** Medians, ms: of the sound from microphone to ear, and how far it is ahead of the picture. */
  sound: z.object({ latencyMs: figure, leadMs: figure }).optional(),
  freezes: z.object({ count: z.number(), totalMs: z.number(), longestMs: z.number() }),
  framesCaptured: z.number(),
  framesShown: z.number(),
  /** Delivered bits by what the link could carry. */
  utilization: figure,
  overshootP95: figure.optional(),
  settledMs: z.number().optional(),
  quality: z.object({
    pictures: z.number(),
    /** dB, (6Y + U + V) / 8 */
    psnr: figure,
    msSsim: figure,
    /** Heights of pictures that were shown, pixels. */
    heights: z.array(z.number()),
  }),
  keyFrames: z.number(),
  retransmissions: z.number(),
  nacks: z.number(),
  /** Packets that the bottleneck's queue, or chance, took. */
  overflowed: z.number(),
  lost: z.number(),
  series: z.array(secondSchema),
});

export type NetworkResult = z.infer<typeof resultSchema>;

/** Raise when a figure or a scenario changes its meaning. */
const MEASURE_VERSION = 2;

function fileOf(key: readonly unknown[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([MEASURE_VERSION, key]))
    .digest('hex');
  return join(CACHE_FOLDER, `network-${hash.slice(0, 24)}.json`);
}

/** @param key names everything the result depends on, but for the code that is measured */
export async function loadResult(key: readonly unknown[]): Promise<NetworkResult | undefined> {
  const text = await readFile(fileOf(key), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return resultSchema.safeParse(JSON.parse(text)).data;
}

export async function saveResult(key: readonly unknown[], result: NetworkResult): Promise<void> {
  const file = fileOf(key);
  await mkdir(CACHE_FOLDER, { recursive: true });
  await writeFile(`${file}.${process.pid}`, JSON.stringify(result));
  await rename(`${file}.${process.pid}`, file);
}
