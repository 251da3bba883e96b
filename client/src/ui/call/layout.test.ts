import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutGrid } from './gridLayout.js';

test('all tiles fit into the area', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 320, max: 3840 }),
      fc.integer({ min: 320, max: 2160 }),
      (count, width, height) => {
        const tile = layoutGrid(count, { width, height }, 12);
        const rows = Math.ceil(count / tile.columns);
        expect(tile.width).toBeGreaterThan(0);
        expect(tile.columns * tile.width + 12 * (tile.columns - 1)).toBeLessThanOrEqual(width);
        expect(rows * tile.height + 12 * (rows - 1)).toBeLessThanOrEqual(height);
      },
    ),
  );
});

test.each([
  [1, 1600, 900, 1],
  [2, 1600, 900, 2],
  [4, 1600, 900, 2],
  [2, 400, 800, 1],
])('%i tiles in %i×%i stand in %i columns', (count, width, height, columns) => {
  expect(layoutGrid(count, { width, height }, 12).columns).toBe(columns);
});
