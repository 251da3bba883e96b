import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignAudio } from './lipSync.js';

const ms = fc.integer({ min: 0, max: 400 });

test('one step brings sound and picture together where the sound was early', () => {
  fc.assert(
    fc.property(ms, ms, ms, (videoLatencyMs, networkMs, audioBufferMs) => {
      const before = alignAudio({ videoLatencyMs, networkMs, audioBufferMs });
      fc.pre(before.audioLeadMs > 15);
      const after = alignAudio({
        videoLatencyMs,
        networkMs,
        audioBufferMs: before.bufferTargetMs ?? audioBufferMs,
      });
      expect(Math.abs(after.audioLeadMs)).toBeLessThanOrEqual(15);
      expect(after.bufferTargetMs).toBeUndefined();
    }),
  );
});

test('a late sound gives its buffer back, never less than nothing', () => {
  const late = alignAudio({ videoLatencyMs: 60, networkMs: 10, audioBufferMs: 200 });
  expect(late.audioLeadMs).toBe(-200);
  expect(late.bufferTargetMs).toBe(0);
});
