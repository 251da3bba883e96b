import { expect, test } from 'vitest';
import { captureTimeOf, newestSource } from './absCaptureClock.js';

const receiverOf = (source: object) =>
  ({ getSynchronizationSources: () => [source] }) as unknown as RTCRtpReceiver;

test('capture times are stated since 1900 and told since 1970', () => {
  const source = newestSource(
    receiverOf({
      timestamp: 1_795_536_733_268,
      rtpTimestamp: 1,
      captureTimestamp: 4_004_525_533_198,
    }),
  );
  expect(source?.capturedAt).toBe(1_795_536_733_198);
  expect(newestSource(receiverOf({ timestamp: 1, rtpTimestamp: 1 }))).toBeUndefined();
});

test('frames around the newest one have their own time, also where the counter wraps', () => {
  const source = { timestamp: 0, rtpTimestamp: 0xffff_ff00, capturedAt: 5_000 };
  expect(captureTimeOf(source, 0xffff_ff00)).toBe(5_000);
  expect(captureTimeOf(source, 0xffff_ff00 - 900)).toBe(4_990);
  expect(captureTimeOf(source, 0xffff_ff00 + 900 - 2 ** 32)).toBe(5_010);
});
