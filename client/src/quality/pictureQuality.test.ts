import { i420Size } from '@inncall/codec-core';
import { expect, test, vi } from 'vitest';
import { PictureQuality } from './pictureQuality.js';
import { takeSamples } from './sampledPsnr.js';

const flat = (level: number, drawnAt?: number) => ({
  ...{ width: 160, height: 90, captureTime: 0, drawnAt },
  data: new Uint8Array(i420Size(160, 90)).fill(level),
});

test('asks for the picture that is shown and averages', async () => {
  const quality = new PictureQuality();
  expect(quality.report).toBeUndefined();
  const ask = vi.fn((drawnAt: number) => Promise.resolve(takeSamples(flat(100), drawnAt)));
  await quality.compare(() => Promise.resolve(flat(100, 7.5)), ask);
  await quality.compare(() => Promise.resolve(flat(110, 9)), ask);
  expect(ask.mock.calls).toEqual([[7.5], [9]]);
  const difference10 = 10 * Math.log10(255 ** 2 / 100);
  expect(quality.report?.pictures).toBe(2);
  expect(quality.report?.psnr).toBeCloseTo((100 + difference10) / 2, 6);
});

test('leaves out what cannot be compared, and goes on', async () => {
  const quality = new PictureQuality();
  const ask = vi.fn(() => Promise.resolve(null));
  await quality.compare(() => Promise.resolve(undefined), ask);
  await quality.compare(() => Promise.resolve(flat(1)), ask);
  expect(ask).not.toHaveBeenCalled();
  await quality.compare(() => Promise.resolve(flat(1, 3)), ask);
  await expect(
    quality.compare(
      () => Promise.resolve(flat(1, 3)),
      () => Promise.reject(new Error('gone')),
    ),
  ).rejects.toThrow('gone');
  expect(quality.report).toBeUndefined();
  await quality.compare(
    () => Promise.resolve(flat(1, 3)),
    (drawnAt) => Promise.resolve(takeSamples(flat(1), drawnAt)),
  );
  expect(quality.report).toEqual({ psnr: 100, pictures: 1 });
});

test('one comparison at a time', async () => {
  const quality = new PictureQuality();
  const ask = vi.fn((drawnAt: number) => Promise.resolve(takeSamples(flat(1), drawnAt)));
  const shown = () => Promise.resolve(flat(1, 3));
  await Promise.all([quality.compare(shown, ask), quality.compare(shown, ask)]);
  expect(ask).toHaveBeenCalledTimes(1);
});
