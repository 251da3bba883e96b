import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideFrame, partLengths } from './frameDivision.js';

const lengths = fc.integer({ min: 1, max: 60_000 });
const losses = fc.double({ min: 0, max: 0.2, noNaN: true });

test('without loss a frame stays whole', () => {
  fc.assert(
    fc.property(lengths, (length) => {
      expect(divideFrame(length, 0)).toEqual({ count: 1, total: 1, size: length });
    }),
  );
});

test('the parts hold the frame, none of them is empty, and parities are as long as the longest', () => {
  fc.assert(
    fc.property(lengths, losses, (length, loss) => {
      const division = divideFrame(length, loss);
      const parts = partLengths(division, length);
      expect(parts).toHaveLength(division.total);
      const data = parts.slice(0, division.count);
      expect(data.reduce((sum, bytes) => sum + bytes, 0)).toBe(length);
      expect(Math.min(...data)).toBeGreaterThan(0);
      expect(new Set([...data.slice(0, -1), ...parts.slice(division.count)]).size).toBeLessThan(2);
      expect(Math.max(...parts)).toBe(division.size);
    }),
  );
});

test('the more packets get lost, the more parities a frame has', () => {
  const parities = [0.01, 0.05, 0.15].map((loss) => {
    const { count, total } = divideFrame(6000, loss);
    return total - count;
  });
  expect(parities).toEqual([...new Set(parities)].sort((a, b) => a - b));
  expect(parities[0]).toBeGreaterThan(0);
});

test('a short frame at little loss is not worth its parity', () => {
  expect(divideFrame(300, 0.005).total).toBe(1);
});
