import { expect, test } from 'vitest';
import { freezesOf, matchShown, soundOf } from './analysis.js';

test('a shown picture belongs to the latest capture of its number', () => {
  const startedAt = 10_000;
  const captured = [
    { code: 0, at: 10_000 },
    { code: 1, at: 10_067 },
    { code: 0, at: 10_134 },
    { code: 1, at: 10_201 },
  ];
  const shown = [
    { code: 0, at: 10_100 },
    { code: 0, at: 10_116 },
    { code: 1, at: 10_300 },
    { code: 7, at: 10_400 },
  ];
  expect(matchShown({ captured, shown, startedAt })).toEqual([
    { capturedAt: 0, shownAt: 100 },
    { capturedAt: 201, shownAt: 300 },
  ]);
});

test('freezes are gaps above 200 ms and three intervals, the ends of the watch included', () => {
  const at = (...times: number[]) => times.map((shownAt) => ({ capturedAt: shownAt, shownAt }));
  expect(freezesOf(at(50, 250, 450, 700), 0, 1000, 30)).toEqual({
    count: 2,
    totalMs: 550,
    longestMs: 300,
  });
  expect(freezesOf(at(50, 250, 450, 700), 0, 1000, 10)).toMatchObject({ count: 0 });
});

test('sound: medians of its way and of its lead; nothing where nobody listened', () => {
  const sync = (audioLatencyMs: number, audioLeadMs: number) => ({ audioLatencyMs, audioLeadMs });
  expect(soundOf([sync(90, -40), sync(150, 10), sync(120, -20)])).toEqual({
    latencyMs: 120,
    leadMs: -20,
  });
  expect(soundOf([])).toEqual({ latencyMs: Number.NaN, leadMs: Number.NaN });
});
