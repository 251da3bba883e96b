import { expect, test } from 'vitest';
import { SoundBudget } from './soundBudget.js';

test('sound takes less of a narrow link, and its full rate only where there is clearly more', () => {
  const budget = new SoundBudget();
  const following = (estimates: readonly number[]) =>
    estimates.map((estimate) => [budget.update(estimate), budget.maxBitrate] as const);
  expect(following([300_000, 200_000, 199_000])).toEqual([
    [false, 32_000],
    [false, 32_000],
    [true, 20_000],
  ]);
  expect(following([120_000, 279_000, 280_000])).toEqual([
    [false, 20_000],
    [false, 20_000],
    [true, 32_000],
  ]);
});
