import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCENARIOS, scenarioNamed } from './simulation/scenarios.js';
import { simulate } from './simulator.js';

/** Scenarios in which video never has to stop. */
const RUNNING = SCENARIOS.filter(({ name }) => !/outage|audio only|feedback/.test(name));
const SEED = 1;

test('the same seed gives the same call, another seed another one', () => {
  const scenario = scenarioNamed('LTE-like');
  const sizes = (seed: number): number[] =>
    simulate({ scenario, seed }).trace.frames.map(({ bytes }) => bytes);
  expect(sizes(5)).toEqual(sizes(5));
  expect(sizes(5)).not.toEqual(sizes(6));
});

describe.each(RUNNING)('$name', (scenario) => {
  const report = simulate({ scenario, seed: SEED });

  test('seconds exceed the rate by at most 10 % (p95)', () => {
    expect(report.overshootP95).toBeLessThanOrEqual(0.1);
  });

  test('at least 85 % of what link and estimate offer is used', () => {
    expect(report.utilization).toBeGreaterThanOrEqual(0.85);
  });

  test('95 % of the frames are within 20 % of their allowance', () => {
    expect(report.withinTolerance).toBeGreaterThanOrEqual(0.95);
  });

  test('video never stops, and the frame rate is kept', () => {
    expect(report.paused).toBe(0);
    expect(report.framesPerSecond).toBeGreaterThan(28);
    expect(report.attemptsPerFrame).toBeLessThan(1.5);
  });

  test('a fall of the capacity is answered within a second', () => {
    if (scenario.dropAt === undefined) return;
    expect(report.dropResponseMs).toBeLessThanOrEqual(1000);
  });
});

describe.each(RUNNING.filter(({ name }) => /constant|loss/.test(name)))(
  '$name: delay',
  (scenario) => {
    test('the queue stays short and no gap above 200 ms is seen', () => {
      const { delayMs, longestGapMs } = simulate({ scenario, seed: SEED });
      expect(delayMs.p50).toBeLessThan(75);
      expect(delayMs.p95).toBeLessThan(130);
      expect(longestGapMs).toBeLessThanOrEqual(200);
    });
  },
);

test('pictures are back within a second after an outage of 5 s and after lost feedback', () => {
  for (const name of ['outage of 5 s', 'feedback loss of 5 s']) {
    const { pictureAfterRiseMs } = simulate({ scenario: scenarioNamed(name), seed: SEED });
    expect(pictureAfterRiseMs).toBeLessThanOrEqual(1000);
  }
});

test('a link for audio only stops video; when the link is wide again, video comes back by itself', () => {
  const scenario = scenarioNamed('audio only: 70 kbit/s, then 600');
  const { trace, pictureAfterRiseMs } = simulate({ scenario, seed: SEED });
  const paused = trace.videoBitrate.subarray(12_000, 30_000).filter((rate) => rate === 0).length;
  expect(paused / 18_000).toBeGreaterThan(0.7);
  expect(pictureAfterRiseMs).toBeLessThanOrEqual(20_000);
  expect(trace.videoBitrate.at(-1)).toBeGreaterThan(0);
});

test('any content on any link converges to the bars', () => {
  const content = fc.record({
    motion: fc.double({ min: 0.03, max: 0.5, noNaN: true }),
    sceneSeconds: fc.constantFrom(8, Infinity),
    hints: fc.boolean(),
  });
  const kbit = fc.integer({ min: 200, max: 2000 });
  fc.assert(
    fc.property(content, kbit, fc.integer({ min: 1, max: 1e6 }), (options, capacity, seed) => {
      const scenario = { ...scenarioNamed('constant 300 kbit/s'), capacity: () => 1000 * capacity };
      const report = simulate({ scenario: { ...scenario, seconds: 30 }, seed, content: options });
      expect(report.overshootP95).toBeLessThanOrEqual(0.15);
      expect(report.utilization).toBeGreaterThanOrEqual(0.85);
      expect(report.withinTolerance).toBeGreaterThanOrEqual(0.9);
    }),
    { seed: 21, numRuns: 15 },
  );
});

test('key frames asked for every 5 s keep the bars', () => {
  const scenario = scenarioNamed('constant 600 kbit/s');
  const report = simulate({ scenario, seed: SEED, keyRequestSeconds: 5 });
  expect(report.overshootP95).toBeLessThanOrEqual(0.1);
  expect(report.delayMs.p99).toBeLessThan(250);
  expect(report.longestGapMs).toBeLessThan(300);
});
