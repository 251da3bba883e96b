import { expect, test } from 'vitest';
import type { DecodeStats } from '../codec-worker/messages.js';
import { sumStats } from './layerStats.js';

const repairs = (keyFrame: number, ms: number): DecodeStats['repairs'] => ({
  ...{ count: keyFrame, p50: ms, p95: ms, max: ms },
  by: { retransmission: 0, reference: 0, keyFrame },
});

const stats = (change: Partial<DecodeStats>): DecodeStats => ({
  received: 0,
  decoded: 0,
  rendered: 0,
  keyFrames: 0,
  bytes: 0,
  duplicates: 0,
  missing: 0,
  late: 0,
  dropped: 0,
  malformed: 0,
  recovered: 0,
  errors: {},
  checksumMismatches: 0,
  keyFrameRequests: 0,
  width: 0,
  height: 0,
  qp: 0,
  activeShare: 0,
  decodeMs: 0,
  longestGapMs: 0,
  freezes: 0,
  skipped: 0,
  repairs: repairs(0, 0),
  ...change,
});

test('counts add up, the rest is that of the shown layer', () => {
  const full = stats({ decoded: 5, width: 640, longestGapMs: 90, errors: { truncated: 1 } });
  const half = stats({ decoded: 2, width: 320, longestGapMs: 40, errors: { truncated: 2 } });
  expect(sumStats(full, half)).toMatchObject({
    decoded: 7,
    width: 320,
    longestGapMs: 90,
    errors: { truncated: 3 },
  });
  expect(sumStats(undefined, half)).toBe(half);
});

test('repairs add up; their times are those of the layer that had more', () => {
  const full = stats({ repairs: repairs(3, 80) });
  const half = stats({ repairs: repairs(1, 200) });
  expect(sumStats(full, half).repairs).toEqual({
    ...{ count: 4, p50: 80, p95: 80, max: 200 },
    by: { retransmission: 0, reference: 0, keyFrame: 4 },
  });
});
