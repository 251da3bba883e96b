import { expect, test } from 'vitest';
import { LayerBudget, type DeviceLoad } from './layerBudget.js';

const load = (encodeMs: number, change: Partial<DeviceLoad> = {}): DeviceLoad => ({
  encodeMs,
  pixels: 640 * 360,
  fullPixels: 640 * 360,
  frameIntervalMs: 33,
  decodeMs: 0,
  ...change,
});

const after = (budget: LayerBudget, times: number, reading: DeviceLoad): number => {
  for (let time = 0; time < times; time += 1) budget.update(reading);
  return budget.count;
};

test('offers all until it knows better, and what fits the frame interval then', () => {
  const budget = new LayerBudget(2, 3);
  expect(budget.count).toBe(3);
  expect(after(budget, 100, load(20))).toBe(3);
  expect(after(budget, 200, load(23))).toBe(2);
  expect(after(budget, 200, load(60))).toBe(1);
});

test('gives one more only when there is clearly room', () => {
  const budget = new LayerBudget(2, 3);
  after(budget, 300, load(60));
  expect(after(budget, 300, load(21))).toBe(1);
  expect(after(budget, 300, load(10))).toBe(3);
});

test('a moment of load changes nothing', () => {
  const budget = new LayerBudget(2, 3);
  after(budget, 20, load(10));
  expect(after(budget, 2, load(60))).toBe(3);
});

test('counts decoding, further cores, and pictures that are coded smaller', () => {
  expect(after(new LayerBudget(2, 3), 200, load(15, { decodeMs: 20 }))).toBe(1);
  expect(after(new LayerBudget(8, 3), 200, load(40))).toBe(3);
  expect(after(new LayerBudget(2, 3), 200, load(15, { pixels: 320 * 180 }))).toBe(1);
  expect(after(new LayerBudget(2, 2), 200, load(1))).toBe(2);
});
