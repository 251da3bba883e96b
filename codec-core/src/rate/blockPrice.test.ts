import { expect, test } from 'vitest';
import { blockPriceAt } from './blockPrice.js';

const FAST = 1000 / 30;

test('blocks are free while half of the interval is enough, then dearer and dearer, up to a limit', () => {
  expect(blockPriceAt(0.5 * FAST, FAST)).toBe(0);
  expect(blockPriceAt(0.7 * FAST, FAST)).toBeCloseTo(6);
  expect(blockPriceAt(0.9 * FAST, FAST)).toBeCloseTo(12);
  expect(blockPriceAt(5 * FAST, FAST)).toBe(16);
});

test('a picture of 15 a second is not let be later, one of 60 a second has to be sooner', () => {
  expect(blockPriceAt(25, 2 * FAST)).toBe(blockPriceAt(25, FAST));
  expect(blockPriceAt(12, FAST / 2)).toBeGreaterThan(blockPriceAt(12, FAST));
});
