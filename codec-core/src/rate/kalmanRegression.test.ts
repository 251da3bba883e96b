import { expect, test } from 'vitest';
import { createRegression } from './kalmanRegression.js';
import { createRandom } from './simulation/random.js';

const wide = { prior: 0, deviation: 3, drift: 0.01, min: -100, max: 100 };

test('finds the weights of a noisy line', () => {
  const random = createRandom(1);
  const regression = createRegression([wide, wide], 0.1);
  for (let i = 0; i < 500; i++) {
    const x = random.normal();
    regression.observe([1, x], 5 - 2 * x + 0.1 * random.normal());
  }
  expect(regression.weights[0]).toBeCloseTo(5, 0);
  expect(regression.weights[1]).toBeCloseTo(-2, 0);
});

test('a lone outlier moves little, a repeated one is followed', () => {
  const regression = createRegression([{ ...wide, drift: 0.1 }], 0.1);
  for (let i = 0; i < 50; i++) regression.observe([1], 3);
  regression.observe([1], 9);
  expect(regression.predict([1])).toBeLessThan(4);
  regression.observe([1], 9);
  regression.observe([1], 9);
  expect(regression.predict([1])).toBeGreaterThan(8);
});

test('weights stay within their bounds', () => {
  const regression = createRegression([{ ...wide, max: 2 }], 0.1);
  for (let i = 0; i < 50; i++) regression.observe([1], 1000);
  expect(regression.weights[0]).toBe(2);
});
