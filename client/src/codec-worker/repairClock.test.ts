import { expect, test } from 'vitest';
import { RepairClock } from './repairClock.js';

test('times a loss from its first notice to the next picture, by means', () => {
  const clock = new RepairClock();
  clock.noteLoss(100, 4);
  clock.noteLoss(120, 4);
  expect(clock.brokenSince).toBe(100);
  clock.noteShown({ sequence: 4, reference: 3 }, 110);
  clock.noteShown({ sequence: 5, reference: 4 }, 150);
  expect(clock.brokenSince).toBeUndefined();
  clock.noteLoss(200, 8);
  clock.noteShown({ sequence: 11, reference: 7 }, 330);
  clock.noteLoss(400, 20);
  clock.noteShown({ sequence: 30, reference: undefined }, 700);
  expect(clock.summary).toEqual({
    count: 3,
    p50: 130,
    p95: 300,
    max: 300,
    by: { retransmission: 1, reference: 1, keyFrame: 1 },
  });
  expect(clock.take()).toEqual([
    { by: 'retransmission', ms: 50 },
    { by: 'reference', ms: 130 },
    { by: 'keyFrame', ms: 300 },
  ]);
  expect(clock.take()).toEqual([]);
});

test('waiting for the first picture is no repair', () => {
  const clock = new RepairClock();
  clock.noteLoss(100, -1);
  expect(clock.brokenSince).toBe(100);
  clock.noteShown({ sequence: 7, reference: undefined }, 180);
  expect(clock.summary.count).toBe(0);
});
