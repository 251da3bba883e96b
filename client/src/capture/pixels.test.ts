import { i420Size } from '@inncall/codec-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lumaDetail, rgbaToI420, scaleI420, splitNv12 } from './pixels.js';

const sides = fc.record({
  width: fc.integer({ min: 8, max: 24 }).map((half) => half * 2),
  height: fc.integer({ min: 8, max: 24 }).map((half) => half * 2),
});

test('NV12 planes are taken apart', () => {
  const nv12 = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 11, 21]);
  expect([...splitNv12(nv12, { width: 4, height: 2 }, new Uint8Array(12))]).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 20, 21,
  ]);
});

test.each([
  ['white', [255, 255, 255], [235, 128, 128]],
  ['black', [0, 0, 0], [16, 128, 128]],
  ['red', [255, 0, 0], [63, 102, 240]],
  ['green', [0, 255, 0], [173, 42, 26]],
  ['blue', [0, 0, 255], [32, 240, 118]],
])('%s has its BT.709 code', (_, [r, g, b], [y, u, v]) => {
  const rgba = Uint8Array.from({ length: 16 }, (_, index) => [r, g, b, 255][index % 4] ?? 0);
  const [luma, , , , cb, cr] = rgbaToI420(rgba, { width: 2, height: 2 }, new Uint8Array(6));
  expect(Math.abs((luma ?? 0) - (y ?? 0))).toBeLessThanOrEqual(1);
  expect(Math.abs((cb ?? 0) - (u ?? 0))).toBeLessThanOrEqual(1);
  expect(Math.abs((cr ?? 0) - (v ?? 0))).toBeLessThanOrEqual(1);
});

test('a flat picture stays flat at any size', () => {
  fc.assert(
    fc.property(sides, sides, fc.integer({ min: 0, max: 255 }), (from, big, value) => {
      const to = {
        width: Math.min(from.width, big.width),
        height: Math.min(from.height, big.height),
      };
      const data = new Uint8Array((from.width * from.height * 3) / 2).fill(value);
      const scaled = scaleI420(
        { ...from, data },
        to,
        new Uint8Array(i420Size(to.width, to.height)),
      );
      expect(scaled.length).toBe((to.width * to.height * 3) / 2);
      expect(scaled.every((sample) => sample === value)).toBe(true);
    }),
  );
});

test('halving takes the mean of four', () => {
  const data = new Uint8Array((4 * 4 * 3) / 2);
  data.set([0, 4, 8, 12, 0, 4, 8, 12, 100, 100, 50, 50, 100, 100, 50, 50]);
  const scaled = scaleI420(
    { width: 4, height: 4, data },
    { width: 2, height: 2 },
    new Uint8Array(6),
  );
  expect([...scaled.subarray(0, 4)]).toEqual([2, 10, 100, 50]);
});

test('detail is what luma neighbours differ by', () => {
  const size = { width: 8, height: 6 };
  const of = (pixel: (x: number, y: number) => number) => {
    const data = new Uint8Array(72);
    for (let y = 0; y < 6; y += 1) for (let x = 0; x < 8; x += 1) data[8 * y + x] = pixel(x, y);
    return lumaDetail({ ...size, data });
  };
  expect(of(() => 90)).toBe(0);
  expect(of((x, y) => 5 * x + 3 * y)).toBe(8);
  expect(of((x) => 100 * (x % 2))).toBe(100);
  expect(lumaDetail({ width: 8, height: 0, data: new Uint8Array(0) })).toBe(0);
});
