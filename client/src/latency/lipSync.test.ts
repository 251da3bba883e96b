import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LipSync } from './lipSync.js';

interface Path {
  /** At a look, ms: latency of the picture, and what the jitter buffer of the sound needs. */
  readonly video: (look: number) => number;
  readonly need: (look: number) => number;
  /** Latency of the sound but for its buffer, ms. */
  readonly sound: number;
}

/** A jitter buffer changes by no more than this from one look to the next, ms. */
const BUFFER_RISE_MS = 30;
const BUFFER_FALL_MS = 25;

interface Look {
  readonly leadMs: number;
  readonly heldMs: number;
  readonly bufferTargetMs: number;
}

function follow({ video, sound, need }: Path, looks: number): Look[] {
  const lipSync = new LipSync();
  let bufferMs = need(0);
  let bufferTargetMs = 0;
  return Array.from({ length: looks }, (_, look) => {
    const change = Math.max(need(look), bufferTargetMs) - bufferMs;
    bufferMs += Math.max(-BUFFER_FALL_MS, Math.min(BUFFER_RISE_MS, change));
    const plan = lipSync.look({
      ...{ videoLatencyMs: video(look), audioLatencyMs: sound + bufferMs, bufferMs },
    });
    bufferTargetMs = plan.bufferTargetMs;
    const shown = Math.max(video(look), plan.pictureLatencyMs);
    return { leadMs: shown - sound - bufferMs, heldMs: shown - video(look), bufferTargetMs };
  });
}

const ms = fc.integer({ min: 0, max: 400 });
const steadyPath = fc
  .record({ picture: ms, sound: ms, buffer: fc.integer({ min: 20, max: 200 }) })
  .map((given) => ({ ...given, video: () => given.picture, need: () => given.buffer }));

describe('lip sync', () => {
  test('brings sound and picture together, wherever they were', () => {
    fc.assert(
      fc.property(steadyPath, (path) => {
        fc.pre(path.sound + path.buffer - path.picture < 100);
        const settled = follow(path, 60).slice(40);
        for (const { leadMs } of settled) {
          expect(leadMs).toBeLessThanOrEqual(15);
          expect(leadMs).toBeGreaterThanOrEqual(-40);
        }
      }),
    );
  });

  test('a picture waits for its sound only so long, and never when the sound is early', () => {
    fc.assert(
      fc.property(steadyPath, (path) => {
        for (const { heldMs } of follow(path, 60)) {
          expect(heldMs).toBeLessThanOrEqual(100);
          if (path.sound + path.buffer <= path.picture) expect(heldMs).toBe(0);
        }
      }),
    );
  });

  test('a picture that waits for a late sound waits longer by 10 ms a look only', () => {
    const late = { video: () => 100, sound: 120, need: () => 60 };
    const held = follow(late, 20).map(({ heldMs }) => heldMs);
    expect(held.slice(0, 6)).toEqual([10, 20, 30, 40, 42, 42]);
    expect(held.at(-1)).toBe(42);
  });

  test('a sound that gets earlier step by step stays in step with the picture', () => {
    const draining = (look: number) => Math.max(60, 120 - 20 * Math.floor(look / 5));
    const looks = follow({ video: () => 90, sound: 70, need: draining }, 25).slice(8);
    for (const { leadMs } of looks) expect(leadMs).toBeGreaterThanOrEqual(-45);
    expect(looks[0]?.heldMs).toBeGreaterThan(0);
    expect(looks.at(-1)?.heldMs).toBeLessThanOrEqual(2);
  });

  test('no picture waits for a sound that was made to wait and gets it back', () => {
    const changing = (look: number) => (look % 10 < 5 ? 200 : 120);
    const looks = follow({ video: changing, sound: 70, need: () => 45 }, 60);
    expect(looks.filter(({ bufferTargetMs }) => bufferTargetMs > 60).length).toBeGreaterThan(20);
    expect(Math.max(...looks.map(({ heldMs }) => heldMs))).toBe(0);
  });

  test('a moment of late pictures does not stretch the sound', () => {
    const late = (look: number) => (look === 5 ? 800 : 110);
    const targets = follow({ video: late, sound: 60, need: () => 60 }, 12).map(
      ({ bufferTargetMs }) => bufferTargetMs,
    );
    expect(Math.max(...targets)).toBe(80);
    expect(targets.at(-1)).toBeLessThanOrEqual(65);
  });

  test('what is together is left alone', () => {
    const targets = follow({ video: () => 80, sound: 40, need: () => 50 }, 10).map(
      ({ bufferTargetMs }) => bufferTargetMs,
    );
    expect(targets).toEqual(targets.map(() => 0));
  });
});
