import { describe, expect, it } from 'vitest';
import { bdRate, type RatePoint } from './bdRate.js';

const curve: RatePoint[] = [
  { rate: 100, quality: 30 },
  { rate: 190, quality: 33.1 },
  { rate: 420, quality: 36.4 },
  { rate: 900, quality: 39.2 },
  { rate: 2100, quality: 42 },
];
const scaled = (factor: number) => curve.map((p) => ({ ...p, rate: p.rate * factor }));

describe('bdRate', () => {
  it('is 0 for identical curves and reports the whole range', () => {
    const result = bdRate(curve, curve);
    expect(result?.percent).toBeCloseTo(0, 12);
    expect(result?.overlap).toEqual([30, 42]);
  });

  it('is the factor for a curve of scaled rates', () => {
    expect(bdRate(curve, scaled(1.1))?.percent).toBeCloseTo(10, 9);
    expect(bdRate(curve, scaled(0.5))?.percent).toBeCloseTo(-50, 9);
  });

  it('does not depend on the order of points', () => {
    expect(bdRate([...curve].reverse(), scaled(1.3))?.percent).toBeCloseTo(30, 9);
  });

  it('integrates straight lines in log rate exactly, over the overlap only', () => {
    // log10 r = q/10 − 1 against q/20 + 0.5: difference −q/20 + 1.5 averages to 0 on 20..40.
    const line = (f: (q: number) => number, qs: number[]) =>
      qs.map((quality) => ({ quality, rate: 10 ** f(quality) }));
    const a = line((q) => q / 10 - 1, [10, 20, 30, 40]);
    const b = line((q) => q / 20 + 0.5, [20, 28, 35, 50]);
    const result = bdRate(a, b);
    expect(result?.overlap).toEqual([20, 40]);
    expect(result?.percent).toBeCloseTo(0, 9);
  });

  it('agrees with SciPy: PchipInterpolator on curves with uneven spacing', () => {
    const test: RatePoint[] = [
      { rate: 80, quality: 29 },
      { rate: 200, quality: 34 },
      { rate: 350, quality: 36 },
      { rate: 1500, quality: 41.5 },
    ];
    // (10 ** ((Pb.integrate(30, 41.5) − Pa.integrate(30, 41.5)) / 11.5) − 1) · 100
    expect(bdRate(curve, test)?.percent).toBeCloseTo(-10.659164388, 6);
  });

  it('leaves out a point that costs more than a better one', () => {
    const withBad = [...curve, { rate: 500, quality: 35 }];
    expect(bdRate(curve, withBad)?.percent).toBeCloseTo(0, 12);
  });

  it('is undefined without overlap or with fewer than two points', () => {
    const above = curve.map((p) => ({ ...p, quality: p.quality + 20 }));
    expect(bdRate(curve, above)).toBeUndefined();
    expect(bdRate(curve, curve.slice(0, 1))).toBeUndefined();
  });
});
