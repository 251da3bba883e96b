import { expect, test } from 'vitest';
import { FULL_LAYER, layersOf, rateShareOf, scaleOf } from './cameraLayers.js';

test('each layer has half the sides and about a third of the bits of the one above', () => {
  expect(layersOf({ width: 640, height: 360, maxBitrate: 1_500_000 }, 3)).toMatchObject([
    { layer: 2, width: 640, height: 360, maxBitrate: 1_500_000 },
    { layer: 1, width: 320, height: 180 },
    { layer: 0, width: 160, height: 90 },
  ]);
  expect(scaleOf(FULL_LAYER - 1)).toBe(0.5);
  expect(rateShareOf(FULL_LAYER - 1)).toBeCloseTo(0.33, 2);
});

test('sides are even, and no layer is too small to be shown', () => {
  const layers = layersOf({ width: 426, height: 242, maxBitrate: 300_000 }, 3);
  expect(layers.map(({ width, height }) => [width, height])).toEqual([
    [426, 242],
    [214, 122],
  ]);
  expect(layers.at(-1)?.maxBitrate).toBeGreaterThanOrEqual(64_000);
});

test('a device that can code one layer offers one, even of a tiny picture', () => {
  expect(layersOf({ width: 640, height: 360, maxBitrate: 1e6 }, 1)).toHaveLength(1);
  expect(layersOf({ width: 96, height: 54, maxBitrate: 50_000 }, 3)).toEqual([
    { layer: 2, width: 96, height: 54, maxBitrate: 50_000 },
  ]);
});
