import { describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import { planePsnr, PSNR_CAP, psnrFromMse, PsnrMean, weightedPsnr } from './psnr.js';

describe('planePsnr', () => {
  it('is the cap for identical pictures', () => {
    const picture = Uint8Array.from({ length: 8 * 4 + 2 * 4 * 2 }, (_, i) => i * 3);
    expect(planePsnr(picture, picture, 8, 4)).toEqual({ y: PSNR_CAP, u: PSNR_CAP, v: PSNR_CAP });
  });

  it('separates the planes of a picture with odd sides', () => {
    const [width, height] = [5, 3];
    const a = new Uint8Array(15 + 6 + 6).fill(100);
    const b = a.slice();
    b.fill(101, 15, 21);
    b.fill(110, 21);
    const psnr = planePsnr(a, b, width, height);
    expect(psnr.y).toBe(PSNR_CAP);
    expect(psnr.u).toBeCloseTo(48.1308, 4);
    expect(psnr.v).toBeCloseTo(28.1308, 4);
    expect(weightedPsnr(psnr)).toBeCloseTo((600 + 48.1308 + 28.1308) / 8, 4);
  });

  it('rejects pictures of another size', () => {
    expect(() => planePsnr(new Uint8Array(24), new Uint8Array(23), 4, 4)).toThrow(CodecError);
  });

  it('knows white against black as 0 dB', () => {
    expect(psnrFromMse(255 * 255)).toBeCloseTo(0, 12);
  });
});

describe('PsnrMean', () => {
  it('averages decibels of frames, not errors', () => {
    const mean = new PsnrMean();
    expect(mean.mean).toBeUndefined();
    mean.add({ y: 30, u: 40, v: 50 });
    mean.add({ y: 50, u: 42, v: 40 });
    expect(mean.mean).toEqual({ y: 40, u: 41, v: 45 });
  });
});
