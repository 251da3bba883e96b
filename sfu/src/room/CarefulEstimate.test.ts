import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CarefulEstimate } from './CarefulEstimate.js';

/** What may be followed at every half second of these estimates. */
const followed = (estimates: readonly number[]): (number | undefined)[] => {
  const estimate = new CarefulEstimate();
  return estimates.map((bitrate, index) => {
    estimate.update(500 * index, bitrate);
    return estimate.at(500 * index);
  });
};

describe('CarefulEstimate', () => {
  it('knows nothing at first', () => {
    const estimate = new CarefulEstimate();
    expect([estimate.at(0), estimate.sustained(0)]).toEqual([undefined, undefined]);
  });

  it('follows freely until the link was full', () => {
    expect(followed([600_000, 580_000, 2_000_000])).toEqual([600_000, 580_000, 2_000_000]);
  });

  it('then follows down at once and up by a fifth a second', () => {
    const [, fallen, jumped, later] = followed([600_000, 200_000, 340_000, 340_000]);
    expect(fallen).toBe(200_000);
    expect(jumped).toBe(200_000);
    expect(later).toBeCloseTo(200_000 * Math.sqrt(1.2));
  });

  it('arrives at the estimate, also where that is told only once', () => {
    const estimate = new CarefulEstimate();
    estimate.update(0, 600_000);
    estimate.update(0, 200_000);
    estimate.update(500, 340_000);
    expect(estimate.at(3000)).toBeLessThan(340_000);
    expect(estimate.at(4000)).toBe(340_000);
  });

  it('keeps the highest of the last second', () => {
    const estimate = new CarefulEstimate();
    estimate.update(0, 600_000);
    estimate.update(400, 200_000);
    expect(estimate.sustained(1000)).toBe(600_000);
    expect(estimate.sustained(1400)).toBeLessThan(300_000);
  });

  it('is never above the estimate, and grows no faster than it may', () => {
    const told = fc.record({
      waitMs: fc.nat(2000),
      bitrate: fc.integer({ min: 1, max: 5_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(told, { minLength: 1, maxLength: 50 }), (list) => {
        const estimate = new CarefulEstimate();
        estimate.update(0, 5_000_000);
        estimate.update(0, 1000);
        let now = 0;
        for (const { waitMs, bitrate } of list) {
          const before = estimate.at(now) ?? 0;
          now += waitMs;
          estimate.update(now, bitrate);
          const present = estimate.at(now) ?? Infinity;
          expect(present).toBeLessThanOrEqual(bitrate);
          expect(present).toBeLessThanOrEqual(before * 1.2 ** (waitMs / 1000) + 1e-6);
          expect(estimate.sustained(now)).toBeGreaterThanOrEqual(present);
        }
      }),
      { seed: 3 },
    );
  });
});
