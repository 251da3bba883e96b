import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchmarkSize } from './clips.js';

describe('benchmarkSize', () => {
  it.each([
    [1920, 1080, 640, 360],
    [1280, 720, 640, 360],
    [640, 360, 640, 360],
    [352, 288, 352, 288],
    [176, 144, 176, 144],
    [1024, 768, 552, 408],
    [360, 640, 360, 640],
    [426, 240, 424, 240],
  ])('scales %d×%d to %d×%d', (width, height, w, h) => {
    expect(benchmarkSize(width, height)).toEqual({ width: w, height: h });
  });

  it('never enlarges, stays within 640·360 samples and on multiples of 8', () => {
    const side = fc.integer({ min: 8, max: 4096 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        // A strip of less than 8 samples cannot be kept in shape.
        fc.pre(Math.max(width / height, height / width) < 100);
        const size = benchmarkSize(width, height);
        expect(size.width * size.height).toBeLessThanOrEqual(640 * 360);
        expect(size.width).toBeLessThanOrEqual(width);
        expect(size.height).toBeLessThanOrEqual(height);
        expect([size.width % 8, size.height % 8]).toEqual([0, 0]);
      }),
    );
  });
});
