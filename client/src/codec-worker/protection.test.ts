import { expect, test } from 'vitest';
import { Protection } from './protection.js';

/** A lost packet every so many ms. */
function lose(protection: Protection, from: number, to: number, everyMs: number): void {
  for (let now = from; now < to; now += 100) protection.note(now % everyMs === 0 ? 1 : 0, now);
}

test('begins with losses that go on, and ends some time after them', () => {
  const protection = new Protection();
  lose(protection, 0, 20_000, 2000);
  expect(protection.active(20_000)).toBe(false);
  lose(protection, 20_000, 30_000, 500);
  expect(protection.active(30_000)).toBe(true);
  lose(protection, 30_000, 90_000, 1500);
  expect(protection.active(90_000)).toBe(true);
  lose(protection, 90_000, 110_000, 1e6);
  expect(protection.active(110_000)).toBe(false);
});

test('is not for many losses at once', () => {
  const protection = new Protection();
  lose(protection, 1000, 2500, 100);
  lose(protection, 2500, 9000, 1e6);
  expect(protection.active(9000)).toBe(false);
});

test('leaves to the codec what neither the parity nor sending anew needs', () => {
  const protection = new Protection();
  expect(protection.usable(0)).toBe(1);
  expect(protection.usable(0.1)).toBe(1);
  for (let i = 0; i < 100; i += 1) protection.sent(3000, 4000);
  expect(protection.usable(0)).toBeCloseTo(0.75, 2);
  expect(protection.usable(0.1) * (1 - 0.1)).toBeCloseTo(0.75, 2);
  expect(protection.usable(0.4)).toBe(1);
  expect(protection.usable(1)).toBe(1);
  for (let i = 0; i < 100; i += 1) protection.sent(3000, 3000);
  expect(protection.usable(0)).toBeCloseTo(1, 2);
});
