import { expect, test } from 'vitest';
import { createCarried } from './carried.js';

test('nothing is known before frames waited', () => {
  expect(createCarried().most(5000)).toBe(Infinity);
  expect(createCarried().least(5000)).toBe(0);
});

test('the most holds for a second and is forgotten within some', () => {
  const carried = createCarried();
  carried.note(1000, 200_000);
  expect(carried.most(1000)).toBe(200_000);
  expect(carried.most(2000)).toBeLessThan(1.05 * 200_000);
  expect(carried.most(6000)).toBeGreaterThan(2 * 200_000);
  carried.note(6000, 150_000);
  expect(carried.most(6000)).toBe(150_000);
});

test('the least is a mean that falls at once, rises slowly and holds for some seconds', () => {
  const carried = createCarried();
  for (let at = 0; at <= 2000; at += 100) carried.note(at, at === 1000 ? 900_000 : 200_000);
  expect(carried.least(2000)).toBeGreaterThan(0.85 * 200_000);
  expect(carried.least(7000)).toBeLessThan(200_000);
  expect(carried.least(9000)).toBe(0);
  carried.note(9000, 200_000);
  carried.note(9100, 100_000);
  expect(carried.least(9100)).toBeLessThan(100_000);
});
