import { expect, test } from 'vitest';
import { AudioLatency } from './audioLatency.js';

const NTP_TO_UNIX_MS = 2_208_988_800_000;

/** A receiver whose sound takes 70 ms to leave the jitter buffer and 30 ms from there to the ear. */
function receiver(playedAt: () => number) {
  let samples = 0;
  return {
    getStats: () => {
      samples += 4800;
      return Promise.resolve(
        new Map<string, object>([
          ['in', sum('inbound-rtp', 'jitterBufferDelay', 'jitterBufferEmittedCount', 0.045)],
          ['out', sum('media-playout', 'totalPlayoutDelay', 'totalSamplesCount', 0.03)],
        ]),
      );
    },
    getSynchronizationSources: () => [
      {
        timestamp: playedAt(),
        rtpTimestamp: 0,
        captureTimestamp: playedAt() - 70 + NTP_TO_UNIX_MS,
      },
    ],
  } as unknown as RTCRtpReceiver;
  function sum(type: string, delay: string, count: string, seconds: number) {
    return { type, [delay]: samples * seconds, [count]: samples };
  }
}

test('adds up capture to jitter buffer and loudspeaker', async () => {
  const now = 1_795_536_733_268;
  const latency = new AudioLatency(receiver(() => now));
  const reading = await latency.read(now + 3);
  expect(reading.latencyMs).toBeCloseTo(70 - 5 + 30);
  expect(reading.bufferMs).toBeCloseTo(45);
});

test('says nothing while nothing is heard', async () => {
  let now = 1_795_536_733_268;
  const playedAt = now;
  const latency = new AudioLatency(receiver(() => playedAt));
  expect((await latency.read(now)).latencyMs).toBeDefined();
  now += 2_000;
  expect((await latency.read(now)).latencyMs).toBeUndefined();
});
