import { createDecoder, createEncoder, type CodecRuntime } from '@inncall/codec-core';
import type { CodecAnswer, CodecTask } from './messages.js';

const toBytes = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const toText = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** Decodes the frames and codes the pictures again; runs in Node and in a browser's worker. */
export async function runTask(
  runtime: CodecRuntime,
  { frames, points }: Pick<CodecTask, 'frames' | 'points'>,
): Promise<CodecAnswer> {
  const decoder = createDecoder(runtime);
  const checksums: number[] = [];
  const coded: string[] = [];
  let encoder: ReturnType<typeof createEncoder> | undefined;
  for (const [i, frame] of frames.entries()) {
    const { frame: picture, stats } = await decoder.decode(toBytes(frame), i);
    checksums.push(stats.checksum);
    encoder ??= createEncoder(runtime, picture);
    const { data } = await encoder.encode(picture, { qp: points[i % points.length] ?? 30 });
    coded.push(toText(data));
  }
  return { checksums, coded };
}
