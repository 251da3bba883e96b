import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignAudio } from './lipSync.js';

interface Path {
  /** Latency of the picture, of the sound but for its buffer, and what the buffer needs; ms. */
  readonly video: number;
  readonly sound: number;
  readonly need: number;
}

const ms = fc.integer({ min: 0, max: 400 });
const path = fc.record({ video: ms, sound: ms, need: fc.integer({ min: 20, max: 200 }) });

/** What some steps from a first target lead to. */
function settle({ video, sound, need }: Path, firstTarget: number) {
  let bufferTargetMs = firstTarget;
  let pictureLatencyMs = 0;
  for (let step = 0; step < 16; step += 1) {
    const bufferMs = Math.max(need, bufferTargetMs);
    ({ bufferTargetMs, pictureLatencyMs } = alignAudio({
      ...{ videoLatencyMs: video, audioLatencyMs: sound + bufferMs, bufferMs, bufferTargetMs },
    }));
  }
  const shown = Math.max(video, pictureLatencyMs);
  const heard = sound + Math.max(need, bufferTargetMs);
  return { lead: shown - heard, heldMs: shown - video };
}

describe('lip sync', () => {
  test('brings sound and picture together, wherever they were', () => {
    fc.assert(
      fc.property(path, ms, (given, target) => {
        fc.pre(given.sound + given.need - given.video < 100);
        const { lead } = settle(given, target);
        expect(lead).toBeLessThanOrEqual(15);
        expect(lead).toBeGreaterThanOrEqual(-40);
      }),
    );
  });

  test('a picture waits for its sound only so long, and never when the sound is early', () => {
    fc.assert(
      fc.property(path, ms, (given, target) => {
        const { heldMs } = settle(given, target);
        expect(heldMs).toBeLessThanOrEqual(100);
        if (given.sound + given.need <= given.video) expect(heldMs).toBe(0);
      }),
    );
  });

  test('a moment of late pictures does not stretch the sound', () => {
    const input = { videoLatencyMs: 800, audioLatencyMs: 120, bufferMs: 60, bufferTargetMs: 0 };
    expect(alignAudio(input)).toEqual({ bufferTargetMs: 100, pictureLatencyMs: 0 });
  });

  test('what is together is left alone', () => {
    const input = { videoLatencyMs: 80, audioLatencyMs: 90, bufferMs: 50, bufferTargetMs: 20 };
    expect(alignAudio(input)).toEqual({ bufferTargetMs: 20, pictureLatencyMs: 0 });
  });
});
