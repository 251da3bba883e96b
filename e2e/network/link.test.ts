import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../codec-core/src/rate/simulation/random.js';
import { constant, lteTrace, ramp, steps } from './capacity.js';
import { EmulatedLink, type LinkSettings } from './link.js';
import { gilbertLoss, noLoss, randomLoss } from './loss.js';

interface Packet {
  readonly bytes: number;
  readonly sentAt: number;
  readonly id: number;
}

const CLEAN: LinkSettings = {
  capacity: undefined,
  queueMs: 300,
  delayMs: 25,
  jitterMs: 0,
  loss: noLoss,
  outage: () => false,
};

/** Sends one packet every `intervalMs` and notes when each arrives. */
function run(
  settings: Partial<LinkSettings>,
  { bytes = 1000, intervalMs = 1, durationMs = 10_000 } = {},
) {
  const link = new EmulatedLink<Packet>({ ...CLEAN, ...settings }, createRandom(1));
  const arrived: (Packet & { readonly at: number })[] = [];
  let longestQueueMs = 0;
  for (let now = 0, id = 0; now <= durationMs; now++) {
    if (now % intervalMs === 0) link.push(now, { bytes, sentAt: now, id: id++ });
    longestQueueMs = Math.max(longestQueueMs, link.queueMs(now));
    arrived.push(...link.poll(now).map((packet) => ({ ...packet, at: now })));
  }
  return { arrived, longestQueueMs, counts: link.counts };
}

const bitsIn = (arrived: readonly (Packet & { at: number })[], from: number, to: number): number =>
  arrived.filter(({ at }) => at >= from && at < to).reduce((sum, { bytes }) => sum + 8 * bytes, 0);

describe('token bucket', () => {
  test('an overloaded link delivers its capacity, in any window', () => {
    const { arrived } = run({ capacity: constant(400) }, { intervalMs: 10 });
    for (let from = 1000; from < 9000; from += 1000) {
      expect(Math.abs(bitsIn(arrived, from, from + 1000) - 400_000)).toBeLessThanOrEqual(8 * 1000);
    }
  });

  test('below its capacity it adds only the delay', () => {
    const { arrived, counts } = run({ capacity: constant(400) }, { intervalMs: 40 });
    expect(counts.overflowed).toBe(0);
    for (const { at, sentAt } of arrived.slice(1)) {
      expect(at - sentAt).toBeGreaterThanOrEqual(25);
      expect(at - sentAt).toBeLessThanOrEqual(25 + 21);
    }
  });

  test('follows a capacity that changes', () => {
    const { arrived } = run(
      { capacity: steps([0, 800], [5000, 200]) },
      { intervalMs: 5, durationMs: 10_000 },
    );
    expect(bitsIn(arrived, 2000, 4000) / 2).toBeCloseTo(800_000, -4.5);
    expect(bitsIn(arrived, 7000, 9000) / 2).toBeCloseTo(200_000, -4.5);
  });
});

test('the queue is bounded, and its tail is dropped', () => {
  const { longestQueueMs, counts, arrived } = run({ capacity: constant(400) }, { intervalMs: 5 });
  expect(longestQueueMs).toBeGreaterThan(250);
  expect(longestQueueMs).toBeLessThanOrEqual(300);
  expect(counts.overflowed).toBeGreaterThan(500);
  expect(Math.max(...arrived.map(({ at, sentAt }) => at - sentAt))).toBeLessThanOrEqual(326);
});

test('delay and jitter never change the order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      (delayMs, jitterMs, intervalMs) => {
        const { arrived } = run({ delayMs, jitterMs }, { intervalMs, durationMs: 1000 });
        const ids = arrived.map(({ id }) => id);
        expect(ids).toEqual([...ids].sort((a, b) => a - b));
        for (const { at, sentAt } of arrived) {
          expect(at - sentAt).toBeGreaterThanOrEqual(delayMs);
          expect(at - sentAt).toBeLessThanOrEqual(delayMs + 3 * jitterMs + 1);
        }
      },
    ),
    { numRuns: 30 },
  );
});

describe('loss', () => {
  test.each([0.01, 0.05, 0.1])('%d of all packets, at random', (share) => {
    const { counts } = run({ loss: randomLoss(share, createRandom(3)) }, { durationMs: 60_000 });
    expect(counts.lost / counts.offered).toBeGreaterThan(0.9 * share);
    expect(counts.lost / counts.offered).toBeLessThan(1.1 * share);
  });

  test('Gilbert: the stationary share, in bursts of the wanted mean length', () => {
    const lost = gilbertLoss({ toBad: 0.01, toGood: 0.2, lossWhenBad: 1 }, createRandom(5));
    const series = Array.from({ length: 100_000 }, () => lost());
    const total = series.filter(Boolean).length;
    const bursts = series.filter((now, i) => now && !(series[i - 1] ?? false)).length;
    expect(total / series.length).toBeCloseTo(0.01 / 0.21, 2);
    expect(total / bursts).toBeGreaterThan(4.5);
    expect(total / bursts).toBeLessThan(5.5);
  });

  test('an outage takes everything, and nothing of it comes later', () => {
    const { arrived } = run({ outage: (ms) => ms >= 2000 && ms < 7000 });
    expect(arrived.some(({ sentAt }) => sentAt >= 2000 && sentAt < 7000)).toBe(false);
    expect(arrived.filter(({ sentAt }) => sentAt >= 7000).length).toBeGreaterThan(2900);
  });
});

test('the next look is never later than the next arrival', () => {
  const link = new EmulatedLink<Packet>({ ...CLEAN, capacity: constant(100) }, createRandom(1));
  for (let id = 0; id < 4; id++) link.push(0, { bytes: 500, sentAt: 0, id });
  const looks: number[] = [];
  const arrivals: number[] = [];
  for (let at = link.nextAt(0); at !== undefined; at = link.nextAt(at)) {
    looks.push(at);
    arrivals.push(...link.poll(at).map(() => at));
  }
  // 40 ms of the link each, then 25 ms of delay.
  expect(arrivals.map(Math.round)).toEqual([65, 105, 145, 185]);
  expect(looks.length).toBeLessThan(30);
});

describe('capacities', () => {
  test('a ramp reaches its top at half the time', () => {
    const capacity = ramp(200, 1000, 60_000);
    expect([0, 30_000, 60_000, 90_000].map(capacity)).toEqual([2e5, 1e6, 2e5, 2e5]);
  });

  test('the LTE-like trace is the same for the same seed and stays in its bounds', () => {
    const [a, b, other] = [lteTrace(7, 60_000), lteTrace(7, 60_000), lteTrace(8, 60_000)];
    const times = Array.from({ length: 300 }, (_, i) => i * 200);
    expect(times.map(a)).toEqual(times.map(b));
    expect(times.map(a)).not.toEqual(times.map(other));
    for (const rate of times.map(a)) {
      expect(rate).toBeGreaterThanOrEqual(150_000);
      expect(rate).toBeLessThanOrEqual(1_500_000);
    }
  });
});
