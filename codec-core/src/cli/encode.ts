import { containerHeader, endMark, recordHeader } from '../bitstream/container.js';
import { CodecError } from '../errors.js';
import type { EncodedFrame } from '../codec/types.js';
import type { I420Frame } from '../frame/i420.js';
import { lumaDifference } from '../frame/lumaDifference.js';
import type { ByteSource } from '../media/byteReader.js';
import { readY4m } from '../media/y4m.js';
import { planePsnr } from '../quality/index.js';
import type { OperatingPoint } from '../quant/points.js';
import type { RateMode } from './arguments.js';
import type { Codec } from './codec.js';
import type { Output } from './files.js';
import { pointSource } from './rateMode.js';
import { frameRow, type FrameRow, type StreamStats, totals } from './stats.js';

export interface EncodeJob {
  /** A y4m file. */
  readonly source: ByteSource;
  /** Takes the .innc file. */
  readonly output: Pick<Output, 'write'>;
  readonly codec: Codec;
  readonly rate: RateMode;
  /** Frames from one key frame to the next; 0: only the first is one. */
  readonly keyInterval: number;
  readonly signal: AbortSignal;
  onFrame(row: FrameRow): void;
}

/** Codes a whole y4m file. @throws CodecError `bad-file` where it is damaged or has no frames. */
export async function encodeFile(job: EncodeJob): Promise<StreamStats> {
  const { codec, output, keyInterval } = job;
  const { header, frames } = await readY4m(job.source);
  const { width, height } = header;
  const frameRate = header.frameRate.numerator / header.frameRate.denominator;
  const encoder = codec.createEncoder(width, height);
  const points = pointSource(job.rate, { width, height, frameRate });
  const rows: FrameRow[] = [];
  let previous: I420Frame | undefined;
  try {
    await output.write(containerHeader({ ...header, modelId: codec.modelId }));
    for await (const data of frames) {
      job.signal.throwIfAborted();
      const index = rows.length;
      const frame = { width, height, timestamp: Math.round((index * 1e6) / frameRate), data };
      const keyFrame = keyInterval === 0 ? index === 0 : index % keyInterval === 0;
      const start = performance.now();
      let coded: EncodedFrame | undefined;
      let point: OperatingPoint | undefined = points.next(
        frame.timestamp,
        lumaDifference(frame, previous),
        keyFrame,
      );
      while (point) {
        coded = await encoder.encode(frame, { ...point, again: coded !== undefined });
        point = points.judge(coded.stats);
      }
      if (!coded) throw new CodecError('bad-argument', 'no operating point was chosen');
      const milliseconds = performance.now() - start;
      const decoded = encoder.reconstruction;
      const psnr = decoded && planePsnr(data, decoded.data, width, height);
      const row = frameRow(index, frame.timestamp, coded.stats, milliseconds, psnr);
      await output.write(recordHeader({ timestamp: frame.timestamp, data: coded.data }));
      await output.write(coded.data);
      rows.push(row);
      job.onFrame(row);
      previous = frame;
    }
    if (rows.length === 0) throw new CodecError('bad-file', 'The y4m file has no frames.');
    await output.write(endMark(rows.length));
  } finally {
    await encoder.close();
  }
  const { modelId } = codec;
  return { width, height, frameRate, modelId, frames: rows, totals: totals(rows, frameRate) };
}
