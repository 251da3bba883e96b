import { describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import { MS_SSIM_WEIGHTS, msSsim, msSsimDecibel, msSsimScales } from './msSsim.js';

function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

function distort(source: Uint8Array, amplitude: number, seed: number): Uint8Array {
  const random = noise(source.length, seed);
  return source.map((value, i) =>
    Math.max(0, Math.min(255, Math.round(value + (((random[i] ?? 0) - 128) / 128) * amplitude))),
  );
}

/** Textbook form: a full two-dimensional window at every place, variances around their mean. */
function reference(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  const scales = msSsimScales(width, height);
  const total = MS_SSIM_WEIGHTS.slice(0, scales).reduce((s, w) => s + w, 0);
  let planes = [Array.from(a), Array.from(b)] as [number[], number[]];
  let [w, h] = [width, height];
  let product = 1;
  for (let scale = 0; scale < scales; scale++) {
    if (scale > 0) {
      planes = planes.map((plane) => shrink(plane, w, h)) as [number[], number[]];
      [w, h] = [w >> 1, h >> 1];
    }
    const side = Math.min(11, w, h);
    const window: number[] = [];
    for (let j = 0; j < side; j++)
      for (let i = 0; i < side; i++)
        window.push(Math.exp(-((i - (side - 1) / 2) ** 2 + (j - (side - 1) / 2) ** 2) / 4.5));
    const sum = window.reduce((s, x) => s + x, 0);
    let [cs, full, count] = [0, 0, 0];
    for (let y = 0; y + side <= h; y++) {
      for (let x = 0; x + side <= w; x++) {
        const pick = (plane: number[]) =>
          window.map((_, k) => plane[(y + Math.floor(k / side)) * w + x + (k % side)] ?? 0);
        const [p, q] = [pick(planes[0]), pick(planes[1])];
        const mean = (values: number[]) =>
          values.reduce((s, v, k) => s + (v * (window[k] ?? 0)) / sum, 0);
        const [mp, mq] = [mean(p), mean(q)];
        const vp = mean(p.map((v) => (v - mp) ** 2));
        const vq = mean(q.map((v) => (v - mq) ** 2));
        const cov = mean(p.map((v, k) => (v - mp) * ((q[k] ?? 0) - mq)));
        const contrast = (2 * cov + 58.5225) / (vp + vq + 58.5225);
        cs += contrast;
        full += (contrast * (2 * mp * mq + 6.5025)) / (mp * mp + mq * mq + 6.5025);
        count++;
      }
    }
    const factor = (scale === scales - 1 ? full : cs) / count;
    product *= Math.max(0, factor) ** ((MS_SSIM_WEIGHTS[scale] ?? 0) / total);
  }
  return product;
}

function shrink(plane: number[], w: number, h: number): number[] {
  const out: number[] = [];
  for (let y = 0; y + 1 < h; y += 2)
    for (let x = 0; x + 1 < w; x += 2)
      out.push([0, 1, w, w + 1].reduce((s, o) => s + (plane[y * w + x + o] ?? 0), 0) / 4);
  return out;
}

describe('msSsim', () => {
  it('is 1 for identical pictures', () => {
    const picture = noise(200 * 180, 1);
    expect(msSsim(picture, picture, 200, 180)).toBeCloseTo(1, 9);
  });

  it.each([
    [23, 37, 2],
    [48, 45, 3],
    [7, 9, 1],
    [30, 11, 1],
  ])('agrees with the textbook formula on %d×%d (%d scales)', (width, height, scales) => {
    expect(msSsimScales(width, height)).toBe(scales);
    const a = noise(width * height, 7);
    const b = distort(a, 60, 8);
    const value = msSsim(a, b, width, height);
    expect(value).toBeLessThan(0.999);
    expect(value).toBeCloseTo(reference(a, b, width, height), 5);
  });

  it('uses five scales from 176 samples on a side', () => {
    expect(msSsimScales(640, 360)).toBe(5);
    expect(msSsimScales(176, 176)).toBe(5);
    expect(msSsimScales(176, 144)).toBe(4);
  });

  it('falls with growing distortion', () => {
    const a = noise(192 * 192, 3);
    const values = [0, 10, 40, 120].map((amplitude) =>
      msSsim(a, distort(a, amplitude, 4), 192, 192),
    );
    expect(values).toEqual([...values].sort((x, y) => y - x));
    expect(new Set(values).size).toBe(4);
  });

  it('stays finite for unrelated and for flat pictures', () => {
    const inverted = noise(64 * 64, 5).map((v) => 255 - v);
    expect(msSsim(noise(64 * 64, 5), inverted, 64, 64)).toBe(0);
    const luminance = 6.5025 / (255 * 255 + 6.5025);
    expect(msSsim(new Uint8Array(4096), new Uint8Array(4096).fill(255), 64, 64)).toBeCloseTo(
      luminance ** (0.3001 / (0.0448 + 0.2856 + 0.3001)),
      6,
    );
  });

  it('rejects planes that are too short', () => {
    expect(() => msSsim(new Uint8Array(10), new Uint8Array(16), 4, 4)).toThrow(CodecError);
  });
});

describe('msSsimDecibel', () => {
  it('is 20 dB at 0.99 and 60 dB at most', () => {
    expect(msSsimDecibel(0.99)).toBeCloseTo(20, 9);
    expect(msSsimDecibel(1)).toBeCloseTo(60, 9);
  });
});
