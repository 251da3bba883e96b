import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StopGuard } from './stopGuard.js';

const INTERVAL_MS = 66;

/** Notes pictures of these latencies, at 15 a second. */
function noted(latencies: readonly number[], guard = new StopGuard(), from = 0): StopGuard {
  latencies.forEach((latency, index) => guard.note(from + index * INTERVAL_MS, latency));
  return guard;
}

test('without stops nothing waits, however the latency sways', () => {
  const steady = fc.array(fc.double({ min: 80, max: 180, noNaN: true }), { maxLength: 300 });
  fc.assert(
    fc.property(steady, (latencies) => {
      expect(noted(latencies).leastLatency).toBe(0);
    }),
  );
});

test('two late pictures may be chance; with the third the others wait for the next', () => {
  const quick = Array<number>(20).fill(100);
  const guard = noted([...quick, 240, ...quick, 260]);
  expect(guard.leastLatency).toBe(0);
  noted([...quick, 250], guard, 3000);
  // 240 less what may pass between two pictures beyond the interval of capture.
  expect(guard.leastLatency).toBe(240 - (170 - INTERVAL_MS));
});

test('the next picture as late as those does not stop the picture', () => {
  const late = fc.integer({ min: 215, max: 240 });
  fc.assert(
    fc.property(late, late, late, (...latencies) => {
      const quick = Array<number>(30).fill(100);
      const guard = noted(latencies.flatMap((latency) => [...quick, latency]));
      const next = Math.min(...latencies);
      const gap = INTERVAL_MS + next - Math.max(100, guard.leastLatency);
      expect(gap).toBeLessThanOrEqual(180);
    }),
  );
});

test('nobody waits for hopeless pictures, for long, or for what was captured late', () => {
  const quick = Array<number>(20).fill(100);
  const late = (latency: number) =>
    noted([...quick, latency, ...quick, latency, ...quick, latency]);
  expect(late(900).leastLatency).toBe(0);
  expect(late(390).leastLatency).toBe(140);
  const paused = new StopGuard();
  for (let at = 0; at < 5000; at += 500) paused.note(at, 100);
  expect(paused.leastLatency).toBe(0);
});

test('stops are forgotten', () => {
  const quick = Array<number>(20).fill(100);
  const guard = noted([...quick, 250, ...quick, 250, ...quick, 250]);
  expect(guard.leastLatency).toBeGreaterThan(100);
  noted(Array<number>(240).fill(100), guard, 5000);
  expect(guard.leastLatency).toBe(0);
});
