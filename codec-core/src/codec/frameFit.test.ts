import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitFrame, type FitOptions, type FrameChoice, type FrameSize } from './frameFit.js';

const LIMITS = { wantedBytes: 1000, mostBytes: 1180, mostBlocks: 3600, finestQp: 26 };

/** A picture whose blocks and bytes fall by `slope` binary orders with each index. */
function content(bytesAt30: number, slope: number) {
  const asked: FrameChoice[] = [];
  const foretell = (choice: FrameChoice): FrameSize => {
    asked.push(choice);
    const all = bytesAt30 * 2 ** (slope * (30 - choice.qp));
    const blocks = Math.min(choice.maxBlocks, Math.floor(all / 2));
    return { blocks, bytes: 100 + 2 * blocks };
  };
  return { asked, foretell };
}

function fit(bytesAt30: number, slope: number, limits: Partial<FitOptions['limits']> = {}) {
  const { asked, foretell } = content(bytesAt30, slope);
  const choice = fitFrame({
    limits: { ...LIMITS, ...limits },
    planned: 30,
    coarsest: 38,
    fixedBytes: 100,
    foretell,
  });
  const last = asked.at(-1);
  return { asked, choice, last, ...foretell(choice) };
}

describe('fitFrame', () => {
  it('keeps the planned index where the frame is about as large as wanted', () => {
    for (const bytes of [850, 1050]) {
      expect(fit(bytes, 0.3)).toMatchObject({ choice: { qp: 30, maxBlocks: Infinity } });
    }
    // Once by what is tested, once by the test.
    expect(fit(850, 0.3).asked).toHaveLength(2);
  });

  it('takes a coarser index for a frame that is too large, a finer one for a small one', () => {
    expect(fit(3000, 0.3).choice.qp).toBeGreaterThan(30);
    expect(fit(400, 0.3).choice.qp).toBeLessThan(30);
  });

  it('finds what comes near to the bytes wanted, however steeply frames shrink', () => {
    const sizes = fc.double({ min: 500, max: 4000, noNaN: true });
    const slopes = fc.double({ min: 0.25, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(sizes, slopes, (size, slope) => {
        const { bytes, choice, last, asked } = fit(size, slope);
        expect(bytes).toBeLessThanOrEqual(1180);
        if (choice.qp > 26) expect(bytes).toBeGreaterThan(800);
        expect(last).toEqual(choice);
        expect(asked.length).toBeLessThan(9);
      }),
    );
  });

  it('keeps to a narrow limit', () => {
    const sizes = fc.integer({ min: 900, max: 4000 });
    fc.assert(
      fc.property(sizes, (size) => {
        expect(fit(size, 0.4, { mostBytes: 1020 }).bytes).toBeLessThanOrEqual(1020);
      }),
    );
  });

  it('is no finer than allowed, and no coarser than the coarsest', () => {
    expect(fit(10, 0.3).choice.qp).toBe(26);
    expect(fit(10, 0.3, { finestQp: 30 }).choice.qp).toBe(30);
    expect(fit(10, 0.3, { finestQp: 40 }).choice.qp).toBe(30);
    expect(fit(1e6, 0.3).choice.qp).toBe(38);
  });

  it('never takes more blocks than there is time for while an index has fewer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 70, max: 400 }), (mostBlocks) => {
        expect(fit(2000, 0.5, { mostBlocks }).blocks).toBeLessThanOrEqual(mostBlocks);
      }),
    );
  });
});
