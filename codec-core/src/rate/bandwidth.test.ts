import { expect, test } from 'vitest';
import { CodecError } from '../errors.js';
import { createBandwidth, type Bandwidth } from './bandwidth.js';
import type { NetworkFeedback } from './types.js';

const feedback = (now: number, bitrate: number, more: Partial<NetworkFeedback> = {}) => ({
  now,
  availableOutgoingBitrate: bitrate,
  rttMs: 50,
  lossFraction: 0,
  jitterMs: 0,
  ...more,
});

function steady(bitrate: number, untilMs: number): Bandwidth {
  const bandwidth = createBandwidth();
  for (let now = 0; now <= untilMs; now += 200) bandwidth.report(feedback(now, bitrate));
  return bandwidth;
}

test('knows nothing before the first report and believes the first', () => {
  const bandwidth = createBandwidth();
  expect(bandwidth.sustained(0)).toBeUndefined();
  expect(bandwidth.fresh(0)).toBe(false);
  bandwidth.report(feedback(0, 700_000));
  expect(bandwidth.sustained(0)).toBe(700_000);
});

test('falls with the first lower report and rises over the following ones', () => {
  const bandwidth = steady(300_000, 2000);
  bandwidth.report(feedback(2200, 1_000_000));
  expect(bandwidth.sustained(2200)).toBeLessThan(600_000);
  for (let now = 2400; now <= 6000; now += 200) bandwidth.report(feedback(now, 1_000_000));
  expect(bandwidth.sustained(6000)).toBeGreaterThan(950_000);
  bandwidth.report(feedback(6200, 200_000));
  expect(bandwidth.sustained(6200)).toBe(200_000);
});

test('halves again and again while reports are missing, and recovers with the next one', () => {
  const bandwidth = steady(800_000, 2000);
  expect(bandwidth.sustained(2400)).toBe(800_000);
  expect(bandwidth.sustained(2700)).toBeCloseTo(400_000);
  expect(bandwidth.fresh(2700)).toBe(false);
  expect(bandwidth.sustained(4000)).toBeLessThan(10_000);
  bandwidth.report(feedback(7000, 800_000));
  expect(bandwidth.sustained(7000)).toBe(800_000);
});

test('who tells of arrivals is not silent, though no report comes', () => {
  const bandwidth = steady(500_000, 1000);
  bandwidth.heard(2900);
  expect(bandwidth.sustained(3000)).toBe(500_000);
  expect(bandwidth.fresh(3000)).toBe(true);
  expect(bandwidth.sustained(3600)).toBeCloseTo(250_000, 0);
});

test('slow reporters are not taken for silent ones', () => {
  const bandwidth = createBandwidth();
  for (let now = 0; now <= 10_000; now += 500) bandwidth.report(feedback(now, 800_000));
  expect(bandwidth.sustained(11_000)).toBe(800_000);
});

test('a standing queue lowers the share to use, down to 70 %', () => {
  const bandwidth = steady(500_000, 1000);
  expect(bandwidth.queueFactor).toBe(1);
  bandwidth.report(feedback(1200, 500_000, { rttMs: 160 }));
  expect(bandwidth.queueFactor).toBeCloseTo(0.9, 2);
  bandwidth.report(feedback(1400, 500_000, { rttMs: 5000 }));
  expect(bandwidth.queueFactor).toBe(0.7);
});

test('jitter is not taken for a queue', () => {
  const bandwidth = steady(500_000, 1000);
  bandwidth.report(feedback(1200, 500_000, { rttMs: 160, jitterMs: 50 }));
  expect(bandwidth.queueFactor).toBe(1);
});

test('a longer route becomes the new base in the end', () => {
  const bandwidth = steady(500_000, 1000);
  for (let now = 1200; now <= 40_000; now += 200) {
    bandwidth.report(feedback(now, 500_000, { rttMs: 200 }));
  }
  expect(bandwidth.queueFactor).toBe(1);
});

test('rejects what is not a number and clamps what is out of range', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const bandwidth = createBandwidth();
    expect(() => bandwidth.report(feedback(0, bad))).toThrow(CodecError);
    expect(() => bandwidth.report(feedback(bad, 1))).toThrow(CodecError);
    expect(() => bandwidth.report(feedback(0, 1, { rttMs: bad }))).toThrow(CodecError);
    expect(bandwidth.sustained(0)).toBeUndefined();
  }
  const bandwidth = createBandwidth();
  bandwidth.report(feedback(0, -5, { lossFraction: 7, rttMs: -1 }));
  expect(bandwidth.sustained(0)).toBe(0);
  expect(bandwidth.loss).toBe(0.5);
});
