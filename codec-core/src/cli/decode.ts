import { readContainer } from '../bitstream/container.js';
import { CodecError } from '../errors.js';
import type { ByteSource } from '../media/byteReader.js';
import { y4mFrameMarker, y4mHeader } from '../media/y4m.js';
import type { Codec } from './codec.js';
import type { Output } from './files.js';
import { frameRow, type FrameRow, type StreamStats, totals } from './stats.js';

export interface DecodeJob {
  /** An .innc file. */
  readonly source: ByteSource;
  /** Takes the y4m file. */
  readonly output: Pick<Output, 'write'>;
  readonly codec: Codec;
  readonly signal: AbortSignal;
  onFrame(row: FrameRow): void;
}

/** Decodes a whole .innc file. @throws CodecError where the file or a frame is damaged. */
export async function decodeFile(job: DecodeJob): Promise<StreamStats> {
  const { codec, output } = job;
  const { header, frames } = await readContainer(job.source);
  const { width, height } = header;
  const frameRate = header.frameRate.numerator / header.frameRate.denominator;
  const decoder = codec.createDecoder();
  const rows: FrameRow[] = [];
  try {
    await output.write(y4mHeader(header));
    for await (const { timestamp, data } of frames) {
      job.signal.throwIfAborted();
      const start = performance.now();
      const { frame, stats } = await decoder.decode(data, timestamp);
      const milliseconds = performance.now() - start;
      if (frame.width !== width || frame.height !== height) {
        throw new CodecError(
          'bad-file',
          `Frame ${rows.length} is ${frame.width}×${frame.height}, the file says ${width}×${height}; it is damaged.`,
        );
      }
      await output.write(y4mFrameMarker());
      await output.write(frame.data);
      const row = frameRow(rows.length, timestamp, stats, milliseconds);
      rows.push(row);
      job.onFrame(row);
    }
  } finally {
    await decoder.close();
  }
  const { modelId } = header;
  return { width, height, frameRate, modelId, frames: rows, totals: totals(rows, frameRate) };
}
