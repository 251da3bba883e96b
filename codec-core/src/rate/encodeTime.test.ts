import { expect, test } from 'vitest';
import { createEncodeTime } from './encodeTime.js';

const PIXELS = 640 * 360;

test('allows any share while nothing is known', () => {
  expect(createEncodeTime().shareWithin(PIXELS, 1)).toBe(1);
});

test('learns what a device takes for the blocks, and for the rest', () => {
  const time = createEncodeTime();
  const ms = (share: number): number => 20 + 110 * share;
  for (let frame = 0; frame < 200; frame += 1) {
    const share = 0.05 + (0.4 * ((frame * 7) % 11)) / 10;
    time.observe(PIXELS, share, ms(share));
  }
  expect(time.shareWithin(PIXELS, ms(0.3))).toBeCloseTo(0.3, 1);
  expect(time.shareWithin(PIXELS, ms(0.15))).toBeCloseTo(0.15, 1);
  expect(time.shareWithin(PIXELS / 4, ms(0.3) / 4)).toBeCloseTo(0.3, 1);
});

test('stays within its bounds', () => {
  const time = createEncodeTime();
  for (let frame = 0; frame < 50; frame += 1) time.observe(PIXELS, 0.5, 300);
  expect(time.shareWithin(PIXELS, 10)).toBe(0.1);
  expect(time.shareWithin(PIXELS, 10_000)).toBe(1);
});
