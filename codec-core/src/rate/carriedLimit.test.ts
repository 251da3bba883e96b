import { expect, test } from 'vitest';
import { createCarriedLimit } from './carriedLimit.js';

test('there is no limit before frames waited', () => {
  expect(createCarriedLimit().bitrate(5000)).toBe(Infinity);
});

test('the limit holds for a second and is forgotten within some', () => {
  const limit = createCarriedLimit();
  limit.note(1000, 200_000);
  expect(limit.bitrate(1000)).toBe(200_000);
  expect(limit.bitrate(2000)).toBeLessThan(1.05 * 200_000);
  expect(limit.bitrate(6000)).toBeGreaterThan(2 * 200_000);
  limit.note(6000, 150_000);
  expect(limit.bitrate(6000)).toBe(150_000);
});
