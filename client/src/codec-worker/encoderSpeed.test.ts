import type { EncodedFrame, Encoder, I420Frame, OperatingPoint } from '@inncall/codec-core';
import { expect, test } from 'vitest';
import { measureEncoderSpeed } from './encoderSpeed.js';

const SIZE = { width: 64, height: 48 };

/** Takes as long as it is told; the codec's own tests are elsewhere. */
function setUp(frameMs: (index: number) => number) {
  const clock = { now: 0 };
  const seen: { readonly frame: I420Frame; readonly point: OperatingPoint }[] = [];
  const coded: Uint8Array[] = [];
  const encoder: Encoder = {
    reconstruction: undefined,
    encode(frame, point) {
      clock.now += frameMs(seen.length);
      seen.push({ frame, point });
      return Promise.resolve({ data: Uint8Array.of(seen.length) } as EncodedFrame);
    },
    close: () => Promise.resolve(),
  };
  const measure = (stopped: () => boolean = () => false) =>
    measureEncoderSpeed({
      ...{ encoder, size: SIZE, stopped },
      now: () => clock.now,
      onCoded: (data) => coded.push(data),
    });
  return { measure, seen, coded };
}

test('counts what it takes when the engine is warm; one slow picture does not matter', async () => {
  const { measure, seen, coded } = setUp((index) => {
    if (index % 8 === 0) return index === 0 ? 400 : 40;
    return index < 100 ? 50 : index === 155 ? 500 : 7;
  });
  expect(await measure()).toEqual({ keyFrameMs: 40, frameMs: 7 });
  const keys = seen.flatMap(({ point }, index) => (point.keyFrame === true ? [index] : []));
  expect(keys).toEqual(Array.from({ length: 20 }, (_, index) => 8 * index));
  expect(seen[1]?.frame.data).not.toEqual(seen[0]?.frame.data);
  expect(seen[0]?.frame.data).toHaveLength((64 * 48 * 3) / 2);
  expect(coded).toHaveLength(seen.length);
});

test('a slow device is not kept busy for long', async () => {
  const { measure, seen } = setUp((index) => (index === 0 ? 9000 : 400));
  expect(await measure()).toEqual({ keyFrameMs: 9000, frameMs: 400 });
  expect(seen).toHaveLength(2);
});

test('stops when the thread is needed', async () => {
  const { measure, seen } = setUp(() => 1);
  expect(await measure(() => seen.length === 2)).toBeUndefined();
  expect(seen).toHaveLength(2);
});
