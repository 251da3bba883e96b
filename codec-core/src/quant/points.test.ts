import { describe, expect, it } from 'vitest';
import { knotWeights } from './knots.js';
import { MAX_QP, quantizationStep, stepUnits } from './points.js';

const indices = Array.from({ length: MAX_QP }, (_, i) => i + 1);

describe('operating points', () => {
  it('have rising steps that double every eight', () => {
    for (const qp of indices.slice(1)) expect(stepUnits(qp)).toBeGreaterThan(stepUnits(qp - 1));
    for (const qp of indices.slice(8)) {
      expect(quantizationStep(qp) / quantizationStep(qp - 8)).toBeCloseTo(2);
    }
    expect(stepUnits(0)).toBe(1);
  });

  it('are weighted over two neighbouring knots', () => {
    for (const qp of [0, ...indices]) {
      const weights = knotWeights(qp);
      expect(weights.reduce((sum, w) => sum + w, 0)).toBe(1);
      expect(weights.filter((w) => w > 0).length).toBeLessThanOrEqual(2);
    }
  });
});
