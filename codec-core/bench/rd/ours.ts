import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { run } from '../ffmpeg.js';
import { ROOT } from '../paths.js';
import type { Clip } from './clips.js';
import { compareFiles, Quality } from './measure.js';

const DIST = path.join(ROOT, 'codec-core', 'dist');
const INNC = path.join(DIST, 'cli', 'innc.js');

/** What the benchmark reads of the statistics of `innc`. */
const Stats = z.object({
  modelId: z.number(),
  frames: z
    .array(
      z.object({
        type: z.enum(['key', 'predicted']),
        bytes: z.number(),
        bits: z.record(z.string(), z.number()),
        checksum: z.string(),
        activeShare: z.number(),
        milliseconds: z.number(),
      }),
    )
    .min(1),
});

/** One operating point of ours on one clip. */
const OurMeasurement = Quality.extend({
  quantizer: z.number(),
  /** Frequency groups kept. */
  groups: z.number(),
  bytes: z.number(),
  modelId: z.number(),
  keyFrameBytes: z.number(),
  /** Share of coded blocks in predicted frames. */
  activeShare: z.number(),
  /** Means per frame. */
  encodeMs: z.number(),
  decodeMs: z.number(),
  /** Bits of all frames of a type by part. */
  bits: z.object({
    key: z.record(z.string(), z.number()),
    predicted: z.record(z.string(), z.number()),
  }),
});
export type OurMeasurement = z.infer<typeof OurMeasurement>;

/** What ours codes a clip with. */
export interface OurPoint {
  readonly qp: number;
  /** Frequency groups kept, from the lowest on. */
  readonly groups: number;
}

async function innc(...args: string[]): Promise<z.infer<typeof Stats>> {
  const stats = path.join(path.dirname(args[2] ?? ''), 'stats.json');
  await run(process.execPath, [INNC, ...args, '--json', stats]);
  return Stats.parse(JSON.parse(await readFile(stats, 'utf8')));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

function sumBits(frames: z.infer<typeof Stats>['frames'], type: 'key' | 'predicted') {
  const sums: Record<string, number> = {};
  for (const frame of frames) {
    if (frame.type !== type) continue;
    for (const [part, bits] of Object.entries(frame.bits)) sums[part] = (sums[part] ?? 0) + bits;
  }
  return sums;
}

/** Codes the source with `innc`, decodes the file again and compares what came out. */
async function measure(
  { qp, groups }: OurPoint,
  source: string,
  scratch: string,
): Promise<OurMeasurement> {
  const stream = path.join(scratch, 'ours.innc');
  const decoded = path.join(scratch, 'ours.y4m');
  const point = ['--qp', String(qp), '--groups', String(groups)];
  const { modelId, frames } = await innc('encode', source, stream, ...point);
  const received = await innc('decode', stream, decoded);
  frames.forEach((frame, i) => {
    if (frame.checksum !== received.frames[i]?.checksum) {
      throw new Error(`Encoder and decoder differ at frame ${i} of ${source} at index ${qp}.`);
    }
  });
  const predicted = frames.filter((frame) => frame.type === 'predicted');
  return {
    quantizer: qp,
    groups,
    bytes: frames.reduce((sum, frame) => sum + frame.bytes, 0),
    ...(await compareFiles(source, decoded)),
    modelId,
    keyFrameBytes: frames[0]?.bytes ?? 0,
    activeShare: mean(predicted.map((frame) => frame.activeShare)),
    encodeMs: mean(frames.map((frame) => frame.milliseconds)),
    decodeMs: mean(received.frames.map((frame) => frame.milliseconds)),
    bits: { key: sumBits(frames, 'key'), predicted: sumBits(frames, 'predicted') },
  };
}

/** Names the code and the model under test. */
async function buildHash(): Promise<string> {
  const hash = createHash('sha256');
  const files = await readdir(DIST, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error('codec-core is not built; run npm run build in the repository root.');
  });
  const names = files
    .filter((file) => file.isFile() && /\.(js|wasm|model|onnx|json)$/.test(file.name))
    .map((file) => path.join(file.parentPath, file.name))
    .sort();
  for (const name of names) hash.update(name).update(await readFile(name));
  return hash.digest('hex');
}

/**
 * Measures ours anew in every run; a run that was interrupted goes on where it stopped as long as
 * code and model are the same.
 */
export class OurCodec {
  readonly #known: Map<string, OurMeasurement>;

  private constructor(
    private readonly progressFile: string,
    private readonly build: string,
    known: Record<string, OurMeasurement>,
  ) {
    this.#known = new Map(Object.entries(known));
  }

  static async open(progressFile: string): Promise<OurCodec> {
    const build = await buildHash();
    const Progress = z.object({ build: z.string(), known: z.record(z.string(), OurMeasurement) });
    const text = await readFile(progressFile, 'utf8').catch(() => '{}');
    const saved = Progress.safeParse(JSON.parse(text));
    const known = saved.success && saved.data.build === build ? saved.data.known : {};
    return new OurCodec(progressFile, build, known);
  }

  async measure(
    clip: Clip,
    frames: number,
    point: OurPoint,
    source: string,
    scratch: string,
  ): Promise<OurMeasurement> {
    const { qp, groups } = point;
    const key = [clip.sha256, clip.width, clip.height, frames, qp, groups].join(' ');
    const known = this.#known.get(key);
    if (known) return known;
    const measured = await measure(point, source, scratch);
    this.#known.set(key, measured);
    const progress = { build: this.build, known: Object.fromEntries(this.#known) };
    await writeFile(this.progressFile, JSON.stringify(progress));
    return measured;
  }

  /** The run is complete: the next one starts from nothing. */
  async finish(): Promise<void> {
    await rm(this.progressFile, { force: true });
  }
}
