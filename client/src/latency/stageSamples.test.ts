import { expect, test } from 'vitest';
import { percentile, StageSamples } from './stageSamples.js';

test('percentiles are nearest ranks', () => {
  const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(sorted, 0.5)).toBe(50);
  expect(percentile(sorted, 0.95)).toBe(95);
  expect(percentile([7], 0.01)).toBe(7);
});

test('only the latest samples count', () => {
  const samples = new StageSamples(4);
  expect(samples.summary()).toBeUndefined();
  for (const ms of [100, 100, 1, 2, 3, 4]) samples.add(ms);
  expect(samples.summary()).toEqual({ count: 4, p50: 2, p95: 4, p99: 4, max: 4 });
});
