import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import { i420Size } from '../frame/i420.js';
import { readY4m, y4mFrameMarker, y4mHeader } from './y4m.js';

const text = (value: string) => new TextEncoder().encode(value);

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

function* chunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function readAll(bytes: Uint8Array, chunk = 7) {
  const { header, frames } = await readY4m(chunks(bytes, chunk));
  const pictures: Uint8Array[] = [];
  for await (const frame of frames) pictures.push(frame);
  return { header, pictures };
}

function file(width: number, height: number, frames: Uint8Array[]): Uint8Array {
  const header = { width, height, frameRate: { numerator: 30000, denominator: 1001 } };
  return join(y4mHeader(header), ...frames.flatMap((frame) => [y4mFrameMarker(), frame]));
}

describe('readY4m', () => {
  it('returns what was written, for any size and any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 19 }),
        fc.integer({ min: 1, max: 19 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 300 }),
        async (width, height, count, chunk) => {
          const size = i420Size(width, height);
          // Value 10 is the line feed: planes must not be read as lines.
          const frames = Array.from({ length: count }, (_, i) =>
            Uint8Array.from({ length: size }, (__, j) => (i + j) % 12),
          );
          const { header, pictures } = await readAll(file(width, height, frames), chunk);
          expect(header).toEqual({
            width,
            height,
            frameRate: { numerator: 30000, denominator: 1001 },
          });
          expect(pictures).toEqual(frames);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(['', ' C420', ' C420jpeg', ' C420mpeg2 XYSCSS=420MPEG2', ' C420paldv'])(
    'accepts the colour format "%s"',
    async (chroma) => {
      const { pictures } = await readAll(
        join(text(`YUV4MPEG2 W2 H2 F25:1 Ip A1:1${chroma}\nFRAME Ip\n`), new Uint8Array(6)),
      );
      expect(pictures).toHaveLength(1);
    },
  );

  it('takes 30 frames per second where the header gives none', async () => {
    for (const rate of ['', ' F0:0']) {
      const { header } = await readAll(text(`YUV4MPEG2 W2 H2${rate}\n`));
      expect(header.frameRate).toEqual({ numerator: 30, denominator: 1 });
    }
  });

  it.each([
    ['', /not a y4m/],
    ['RIFF....AVI LIST', /not a y4m.*ffmpeg/],
    ['YUV4MPEG2 W640 H360', /not a y4m/],
    [`YUV4MPEG2 ${'X'.repeat(2000)}\n`, /not a y4m/],
    ['YUV4MPEG2 W640 H360 C444\n', /C444.*ffmpeg -i INPUT -pix_fmt yuv420p/],
    ['YUV4MPEG2 W640 H360 C420p10\n', /C420p10.*ffmpeg/],
    ['YUV4MPEG2 W640 H360 It\n', /interlaced.*yadif/],
    ['YUV4MPEG2 W0 H360\n', /width/],
    ['YUV4MPEG2 W640\n', /height/],
    ['YUV4MPEG2 W640 H99999\n', /height/],
    ['YUV4MPEG2 W-4 H360\n', /width/],
    ['YUV4MPEG2 W999999999999999999999 H360\n', /width/],
    ['YUV4MPEG2 W640 H360 F30\n', /frame rate/],
    ['YUV4MPEG2 W640 H360 F1:0\n', /frame rate/],
    ['YUV4MPEG2 W2 H2\nFRAME\nabc', /ends within frame 0 \(3 of 6/],
    ['YUV4MPEG2 W2 H2\nFRAME\nabcdef!', /frame 1/],
    ['YUV4MPEG2 W2 H2\nFRAMES\nabcdef', /frame 0/],
  ])('rejects %j', async (content, message) => {
    const error: unknown = await readAll(text(content)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CodecError);
    expect((error as CodecError).code).toBe('bad-file');
    expect((error as CodecError).message).toMatch(message);
  });

  it('takes no memory for a huge picture whose data are missing', async () => {
    const before = process.memoryUsage().arrayBuffers;
    await expect(readAll(text('YUV4MPEG2 W4096 H4096\nFRAME\nabc'))).rejects.toThrow(/3 of/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });

  it('answers random headers with a header or a CodecError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (tail) => {
        try {
          await readAll(text(`YUV4MPEG2 ${tail}\nFRAME\n`));
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
