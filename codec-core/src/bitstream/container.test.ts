import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import {
  CONTAINER_HEADER_BYTES,
  type ContainerFrame,
  type ContainerHeader,
  containerHeader,
  endMark,
  readContainer,
  RECORD_HEADER_BYTES,
  recordHeader,
} from './container.js';

const header: ContainerHeader = {
  width: 640,
  height: 360,
  frameRate: { numerator: 30000, denominator: 1001 },
  modelId: 0xfedcba98,
};

function file(frames: readonly ContainerFrame[], head: ContainerHeader = header): Uint8Array {
  const parts = [
    containerHeader(head),
    ...frames.flatMap((frame) => [recordHeader(frame), frame.data]),
    endMark(frames.length),
  ];
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

function* chunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function readAll(bytes: Uint8Array, chunk = 5) {
  const stream = await readContainer(chunks(bytes, chunk));
  const frames: ContainerFrame[] = [];
  for await (const frame of stream.frames) frames.push(frame);
  return { header: stream.header, frames };
}

/** The CodecError that reading ends with; fails the test for any other outcome. */
async function errorOf(bytes: Uint8Array): Promise<CodecError> {
  const outcome: unknown = await readAll(bytes).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(CodecError);
  return outcome as CodecError;
}

const frame = fc.record({
  timestamp: fc.maxSafeNat(),
  data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});
const three: ContainerFrame[] = [3, 1, 9].map((length, i) => ({
  timestamp: i * 33_366,
  data: new Uint8Array(length).fill(i + 1),
}));

describe('the .innc container', () => {
  it('has the documented bytes', () => {
    const bytes = file([{ timestamp: 0x0102030405, data: Uint8Array.of(0xaa, 0xbb) }]);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '494e4e43' +
        '01' +
        '00' +
        '8002' +
        '6801' +
        '30750000' +
        'e9030000' +
        '98badcfe' +
        '02000000' +
        '0504030201000000' +
        'aabb' +
        '00000000' +
        '0100000000000000',
    );
  });

  it('returns what was written, in any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 6 }),
        fc.integer({ min: 8, max: 4096 }),
        fc.integer({ min: 1, max: 0xffffffff }),
        fc.integer({ min: 1, max: 60 }),
        async (frames, side, number, chunk) => {
          const head = {
            width: side,
            height: 4104 - side,
            frameRate: { numerator: number, denominator: number },
            modelId: number,
          };
          expect(await readAll(file(frames, head), chunk)).toEqual({ header: head, frames });
        },
      ),
    );
  });

  it('reports every truncation', async () => {
    const bytes = file(three);
    for (let length = 0; length < bytes.length; length++) {
      expect((await errorOf(bytes.subarray(0, length))).code).toBe('bad-file');
    }
  });

  it('yields the frames before the place where the file is cut', async () => {
    const bytes = file(three);
    const cut = CONTAINER_HEADER_BYTES + 2 * RECORD_HEADER_BYTES + 3 + 1 + 5;
    const { frames } = await readContainer([bytes.subarray(0, cut)]);
    expect((await frames.next()).value).toEqual(three[0]);
    expect((await frames.next()).value).toEqual(three[1]);
    await expect(frames.next()).rejects.toThrow(/cut off after frame 1/);
  });

  it.each([
    ['another signature', 0, 0x4a, 'bad-file'],
    ['another version', 4, 2, 'version-mismatch'],
    ['a set reserved byte', 5, 1, 'bad-file'],
    ['a width of 0', 7, 0, 'bad-file'],
    ['a width above 4096', 7, 0xff, 'bad-file'],
    ['a frame of 2³² bytes', 25, 0xff, 'bad-file'],
    ['a time above 2⁵³', 33, 0xff, 'bad-file'],
    ['a wrong number of frames', -8, 4, 'bad-file'],
  ])('rejects %s', async (_, offset, value, code) => {
    const bytes = file(three);
    if (offset === 7) bytes[6] = 0;
    bytes[offset < 0 ? bytes.length + offset : offset] = value;
    expect((await errorOf(bytes)).code).toBe(code);
  });

  it('rejects bytes after the end mark and a frame rate of 0', async () => {
    expect((await errorOf(Uint8Array.from([...file(three), 0]))).code).toBe('bad-file');
    const still = { ...header, frameRate: { numerator: 0, denominator: 1 } };
    expect((await errorOf(file([], still))).code).toBe('bad-file');
  });

  it('takes no memory for a long frame that is not there', async () => {
    const bytes = file(three).slice(0, CONTAINER_HEADER_BYTES + RECORD_HEADER_BYTES + 3);
    new DataView(bytes.buffer).setUint32(CONTAINER_HEADER_BYTES, 1 << 26, true);
    const before = process.memoryUsage().arrayBuffers;
    expect((await errorOf(bytes)).message).toMatch(/3 of 67108864/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });

  it('answers damaged and random files with frames or a CodecError', async () => {
    const bytes = file(three);
    const damaged = fc
      .array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const copy = bytes.slice();
        for (const [at, value] of changes) copy[at] = value;
        return copy;
      });
    const random = fc.uint8Array({ maxLength: 120 });
    const headed = random.map((tail) => Uint8Array.from([...containerHeader(header), ...tail]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, random, headed), async (candidate) => {
        try {
          const { frames } = await readAll(candidate);
          expect(frames.length).toBeLessThanOrEqual(candidate.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
