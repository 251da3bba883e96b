import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualBuffer } from './virtualBuffer.js';

const OPTIONS = { correctionMs: 250, creditMs: 60, fullMs: 120 };

test('an even allowance when empty, less with a backlog, more with credit', () => {
  const buffer = createVirtualBuffer(OPTIONS);
  buffer.advance(0, 300_000);
  expect(buffer.allowance(40)).toBe(12_000);
  buffer.spend(15_000);
  expect(buffer.contentMs()).toBe(50);
  expect(buffer.allowance(40)).toBe(12_000 - (15_000 * 40) / 250);
  buffer.advance(1000, 300_000);
  expect(buffer.contentMs()).toBe(-60);
  expect(buffer.allowance(40)).toBeGreaterThan(12_000);
});

test('is full at fullMs, and always without a rate', () => {
  const buffer = createVirtualBuffer(OPTIONS);
  buffer.advance(0, 100_000);
  buffer.spend(11_999);
  expect(buffer.full()).toBe(false);
  buffer.spend(1);
  expect(buffer.full()).toBe(true);
  const idle = createVirtualBuffer(OPTIONS);
  idle.advance(0, 0);
  expect(idle.full()).toBe(true);
});

test('a real backlog counts where it is longer, at any rate, and is forgotten with the next word', () => {
  const buffer = createVirtualBuffer(OPTIONS);
  buffer.advance(0, 100_000);
  buffer.setBacklog(80);
  expect(buffer.contentMs()).toBe(80);
  expect(buffer.room(100)).toBe(2000);
  expect(buffer.room(50)).toBe(0);
  buffer.advance(0, 50_000);
  expect(buffer.contentMs()).toBe(80);
  buffer.spend(500);
  buffer.setBacklog(5);
  expect(buffer.contentMs()).toBe(10);
});

test('spending only while it is not full never exceeds rate, bucket and one frame in any window', () => {
  const steps = fc.array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 100 }),
      bitrate: fc.integer({ min: 0, max: 2_000_000 }),
      bits: fc.integer({ min: 0, max: 300_000 }),
    }),
    { minLength: 1, maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const buffer = createVirtualBuffer(OPTIONS);
      let now = 0;
      let worst = 0;
      let excess = 0;
      for (const { gapMs, bitrate, bits } of list) {
        now += gapMs;
        buffer.advance(now, bitrate);
        excess = Math.max(0, excess - (gapMs * bitrate) / 1000);
        if (buffer.full()) continue;
        buffer.spend(bits);
        excess += bits;
        worst = Math.max(worst, excess);
      }
      const peakRate = Math.max(...list.map(({ bitrate }) => bitrate));
      const peakFrame = Math.max(...list.map(({ bits }) => bits));
      const bucket = ((OPTIONS.fullMs + OPTIONS.creditMs) * peakRate) / 1000;
      expect(worst).toBeLessThanOrEqual(bucket + peakFrame);
    }),
    { seed: 2 },
  );
});
