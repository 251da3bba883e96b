import { i420Size, planePsnr, weightedPsnr } from '@inncall/codec-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawTimeCode } from '../latency/timeCode.js';
import { sampledPsnr, takeSamples } from './sampledPsnr.js';

/** A picture of soft shapes with texture, like a camera's. */
function textured(width: number, height: number) {
  const data = new Uint8Array(i420Size(width, height));
  for (let i = 0; i < data.length; i += 1) {
    data[i] = 128 + 60 * Math.sin(i / 37) + 30 * Math.sin((i % width) / 9);
  }
  return { width, height, data };
}

/** Deterministic noise of about this standard deviation, stronger at the right. */
function noisy(picture: ReturnType<typeof textured>, deviation: number, seed: number) {
  let state = seed + 1;
  const data = picture.data.map((value, i) => {
    state = (state * 48_271) % 0x7fff_ffff;
    const strength = (0.5 + (i % picture.width) / picture.width) * deviation * Math.sqrt(12);
    return Math.max(0, Math.min(255, value + strength * (state / 0x7fff_ffff - 0.5)));
  });
  return { ...picture, data };
}

test('estimates the PSNR of the whole picture', () => {
  const source = textured(320, 180);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 20 }),
      fc.nat(1e6),
      fc.integer({ min: 0, max: 1e12 }),
      (deviation, seed, ticks) => {
        const shown = noisy(source, deviation, seed);
        const exact = weightedPsnr(planePsnr(source.data, shown.data, 320, 180));
        const estimate = sampledPsnr(shown, takeSamples(source, ticks / 10), ticks / 10);
        expect(Math.abs((estimate ?? 0) - exact)).toBeLessThan(0.5);
      },
    ),
    { numRuns: 50 },
  );
});

test('an equal picture is at the cap, wherever its time code is wrong', () => {
  const source = textured(160, 90);
  const shown = { ...source, data: source.data.slice() };
  drawTimeCode(shown, 123_456.7);
  expect(sampledPsnr(shown, takeSamples(source, 42), 42)).toBe(100);
});

test('a smaller picture is judged as the screen enlarges it', () => {
  const flat = (width: number, height: number) => ({
    ...{ width, height },
    data: new Uint8Array(i420Size(width, height)).fill(90),
  });
  expect(sampledPsnr(flat(160, 90), takeSamples(flat(320, 180), 5), 5)).toBe(100);
  const source = textured(320, 180);
  const soft = sampledPsnr(flat(160, 90), takeSamples(source, 5), 5) ?? 100;
  expect(soft).toBeLessThan(20);
});

test('samples that are none are no picture', () => {
  const shown = textured(160, 90);
  expect(sampledPsnr(shown, { width: 160, height: 90, values: 'AAEC' }, 1)).toBeUndefined();
});
