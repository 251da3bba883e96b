import { readContainer } from '../bitstream/container.js';
import { peekFrame } from '../bitstream/header.js';
import { CodecError } from '../errors.js';
import type { ByteSource } from '../media/byteReader.js';

/** Describes an .innc file from its headers alone, in lines of text. */
export async function describeFile(source: ByteSource): Promise<string> {
  const { header, frames } = await readContainer(source);
  let count = 0;
  let keyFrames = 0;
  let bytes = 0;
  let [lowest, highest] = [Infinity, -Infinity];
  for await (const { data } of frames) {
    const frame = peekFrame(data);
    if (!frame) throw new CodecError('bad-file', `Frame ${count} of the INNC file is damaged.`);
    count++;
    bytes += data.length;
    if (frame.type === 'key') keyFrames++;
    lowest = Math.min(lowest, frame.qp);
    highest = Math.max(highest, frame.qp);
  }
  const rate = header.frameRate.numerator / header.frameRate.denominator;
  const seconds = count / rate;
  const range = lowest === highest ? String(lowest) : `${lowest}..${highest}`;
  const lines = [
    ['size', `${header.width}×${header.height}`],
    ['frame rate', `${Number(rate.toFixed(3))} fps`],
    ['frames', `${count}, ${keyFrames} key`],
    ['duration', `${seconds.toFixed(2)} s`],
    [
      'payload',
      `${bytes} bytes${count > 0 ? `, ${((bytes * 8) / seconds / 1000).toFixed(1)} kbit/s` : ''}`,
    ],
    ['index', count > 0 ? (highest === 0 ? '0 (lossless)' : range) : 'none'],
    ['model', header.modelId.toString(16).padStart(8, '0')],
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(11)}${value}\n`).join('');
}
