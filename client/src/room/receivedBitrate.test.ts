import { expect, test } from 'vitest';
import { ReceivedBitrate } from './receivedBitrate.js';

const stream = (id: string, timestamp: number, bytesReceived: number) =>
  ({ id, timestamp, bytesReceived }) as RTCInboundRtpStreamStats;

test('counts what came between two looks, of all layers', () => {
  const bitrate = new ReceivedBitrate();
  bitrate.look([stream('a', 0, 1000)]);
  expect(bitrate.latest).toBeUndefined();
  bitrate.look([stream('a', 1000, 13_500), stream('b', 1000, 90_000)]);
  expect(bitrate.latest).toBe(100_000);
  bitrate.look([stream('a', 1500, 13_500), stream('b', 1500, 115_000)]);
  expect(bitrate.latest).toBe(400_000);
});

test('a stream that is gone counts no more', () => {
  const bitrate = new ReceivedBitrate();
  bitrate.look([stream('a', 0, 0)]);
  bitrate.look([]);
  expect(bitrate.latest).toBeUndefined();
});
