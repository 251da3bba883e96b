import { expect, test } from 'vitest';
import type { CallStats } from '../../room/callStats.js';
import {
  activeShare,
  availableKilobits,
  freezesSince,
  lossShare,
  operatingPoint,
  sentKilobits,
  targetKilobits,
  worstLatency,
} from './statsSeries.js';

const sample = (at: number, bytes: number, missing: number, freezes: number) =>
  ({
    at,
    network: { availableOutgoingBitrate: 900_000 },
    producers: [
      {
        producerId: 'p',
        wanted: true,
        stats: { bytes, qp: 34, activeShare: 0.25, targetBitrate: 500_000, width: 640 },
      },
      // A layer that nobody receives: its last numbers say nothing.
      {
        producerId: 'q',
        wanted: false,
        stats: { bytes: 5, qp: 60, activeShare: 1, targetBitrate: 200_000, width: 160 },
      },
    ],
    consumers: [
      {
        consumerId: 'a',
        stats: { missing, freezes, received: at / 10, qp: 30, activeShare: 0.5, width: 640 },
        stages: { captureToDisplay: { p50: 60, p95: 90 } },
      },
      // VP8: nothing is known of its coding.
      { consumerId: 'b', stats: undefined, stages: { captureToDisplay: { p50: 80, p95: 85 } } },
    ],
  }) as unknown as CallStats;

const before = sample(1000, 10_000, 2, 1);
const now = sample(2000, 60_000, 27, 4);

test('values of one sample', () => {
  expect(worstLatency('p50')(now)).toBe(80);
  expect(worstLatency('p95')(now)).toBe(90);
  expect(availableKilobits(now)).toBe(900);
  expect(targetKilobits(now)).toBe(500);
  expect(operatingPoint('producers')(now)).toBe(34);
  expect(operatingPoint('consumers')(now)).toBe(30);
  expect(activeShare('consumers')(now)).toBe(50);
});

test('values since the sample before', () => {
  expect(sentKilobits(now, before)).toBe(400);
  expect(lossShare(now, before)).toBe(20);
  expect(freezesSince(now, before)).toBe(3);
});

test('nothing is drawn where nothing is known', () => {
  expect(sentKilobits(now, undefined)).toBeUndefined();
  expect(lossShare(now, undefined)).toBeUndefined();
  expect(freezesSince(now, undefined)).toBeUndefined();
});
