/** What is timed, the same in Node and in a browser worker. */
import type { CodecRuntime, FrameStats, I420Frame } from '../../src/index.js';
import type { Y4mStream } from '../../src/media/y4m.js';

/** The codec under test: the build in Node, the bundled sources in the browser. */
export type CodecModule = Pick<
  typeof import('../../src/index.js'),
  'createEncoder' | 'createDecoder'
>;

export interface Pass {
  /** Quantization index. */
  readonly qp: number;
  /** At most this share of the blocks is coded in a predicted frame, 0..1. */
  readonly activeShare: number;
  /** Frames from one key frame to the next. */
  readonly keyInterval: number;
}

/** Milliseconds of each frame, and by stage. */
export interface Timings {
  readonly total: number[];
  readonly stages: Record<string, number[]>;
}

export interface PassResult {
  /** Predicted frames. */
  readonly encode: Timings;
  readonly decode: Timings;
  /** Key frames. */
  readonly keyEncode: Timings;
  readonly keyDecode: Timings;
  /** Mean share of coded blocks in predicted frames, 0..1. */
  readonly activeShare: number;
  /** Mean over predicted frames. */
  readonly bytesPerFrame: number;
}

const BLOCK = 8;
/** The first frames of a pass are not counted: compilers and caches warm up. */
const WARM_UP_FRAMES = 4;

function timings(): Timings {
  return { total: [], stages: {} };
}

function add(into: Timings, milliseconds: number, stats: FrameStats): void {
  into.total.push(milliseconds);
  for (const [stage, ms] of Object.entries(stats.stages)) (into.stages[stage] ??= []).push(ms);
}

/** Codes and decodes a clip frame by frame with one encoder and one decoder. */
export async function timePass(
  { createEncoder, createDecoder }: CodecModule,
  runtime: CodecRuntime,
  { header, frames }: Y4mStream,
  pass: Pass,
): Promise<PassResult> {
  const { width, height } = header;
  const blocks = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK);
  const maxActiveBlocks = Math.round(blocks * pass.activeShare);
  const encoder = createEncoder(runtime, { width, height });
  const decoder = createDecoder(runtime);
  const result = {
    ...{ encode: timings(), decode: timings(), keyEncode: timings(), keyDecode: timings() },
    ...{ activeShare: 0, bytesPerFrame: 0 },
  };
  let index = 0;
  for await (const data of frames) {
    const frame: I420Frame = { width, height, timestamp: index * 33_333, data };
    const keyFrame = index % pass.keyInterval === 0;
    const start = performance.now();
    const coded = await encoder.encode(frame, { qp: pass.qp, maxActiveBlocks, keyFrame });
    const between = performance.now();
    const decoded = await decoder.decode(coded.data, frame.timestamp);
    const end = performance.now();
    if (index++ < WARM_UP_FRAMES) continue;
    add(keyFrame ? result.keyEncode : result.encode, between - start, coded.stats);
    add(keyFrame ? result.keyDecode : result.decode, end - between, decoded.stats);
    if (keyFrame) continue;
    result.activeShare += coded.stats.activeShare;
    result.bytesPerFrame += coded.data.length;
  }
  await Promise.all([encoder.close(), decoder.close()]);
  const predicted = Math.max(1, result.encode.total.length);
  result.activeShare /= predicted;
  result.bytesPerFrame /= predicted;
  return result;
}
