import type { EncodedFrame, Encoder, I420Frame, OperatingPoint } from '@inncall/codec-core';
import { expect, test } from 'vitest';
import { measureEncoderSpeed } from './encoderSpeed.js';

const SIZE = { width: 64, height: 48 };

/** Takes as long as it is told; the codec's own tests are elsewhere. */
function slowEncoder(clock: { now: number }, frameMs: (index: number) => number) {
  const seen: { readonly frame: I420Frame; readonly point: OperatingPoint }[] = [];
  const encoder: Encoder = {
    reconstruction: undefined,
    encode(frame, point) {
      clock.now += frameMs(seen.length);
      seen.push({ frame, point });
      return Promise.resolve({} as EncodedFrame);
    },
    close: () => Promise.resolve(),
  };
  return { encoder, seen };
}

test('the first frame is the key frame; one slow frame does not count', async () => {
  const clock = { now: 0 };
  const { encoder, seen } = slowEncoder(clock, (index) => [40, 7, 500][index] ?? 7);
  const speed = await measureEncoderSpeed(
    encoder,
    SIZE,
    () => clock.now,
    () => false,
  );
  expect(speed).toEqual({ keyFrameMs: 40, frameMs: 7 });
  expect(seen.map(({ point }) => point.keyFrame)).toEqual([true, ...Array<boolean>(9).fill(false)]);
  expect(seen[1]?.frame.data).not.toEqual(seen[0]?.frame.data);
  expect(seen[0]?.frame.data).toHaveLength((64 * 48 * 3) / 2);
});

test('stops when the thread is needed', async () => {
  const clock = { now: 0 };
  const { encoder, seen } = slowEncoder(clock, () => 1);
  const speed = await measureEncoderSpeed(
    encoder,
    SIZE,
    () => clock.now,
    () => seen.length === 2,
  );
  expect(speed).toBeUndefined();
  expect(seen).toHaveLength(2);
});
