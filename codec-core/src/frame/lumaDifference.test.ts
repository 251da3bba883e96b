import { expect, test } from 'vitest';
import { lumaDifference } from './lumaDifference.js';

test('the difference of pictures is zero for equal ones and grows with change', () => {
  const picture = { width: 16, height: 16, data: new Uint8Array(384).fill(50) };
  const brighter = { ...picture, data: new Uint8Array(384).fill(60) };
  expect(lumaDifference(picture, picture)).toBe(0);
  expect(lumaDifference(brighter, picture)).toBe(10);
  expect(lumaDifference(picture, undefined)).toBe(0);
});
