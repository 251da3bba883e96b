import { expect, test } from 'vitest';
import { CaptureCheck } from './captureCheck.js';

test('tells the clocks apart from the disagreement', () => {
  const check = new CaptureCheck();
  expect(check.report).toBeUndefined();
  for (let frame = 0; frame < 100; frame += 1)
    check.add(frame * 33 + 500 + (frame % 5), frame * 33);
  expect(check.report).toEqual({ count: 100, differenceMs: 502, spreadMs: 2 });
});

test('forgets what is long ago', () => {
  const check = new CaptureCheck();
  for (let frame = 0; frame < 1000; frame += 1) check.add(frame < 500 ? 9 : 3, 0);
  expect(check.report).toMatchObject({ differenceMs: 3, spreadMs: 0 });
});
