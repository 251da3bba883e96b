import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureClock } from './captureClock.js';
import { ClockOffset } from './clockOffset.js';

const delay = fc.double({ min: 0, max: 200, noNaN: true });

describe('ClockOffset', () => {
  test('the true offset lies within the stated uncertainty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.array(fc.tuple(delay, delay, delay), { minLength: 1, maxLength: 20 }),
        (offset, exchanges) => {
          const clock = new ClockOffset();
          let now = 1e6;
          for (const [up, work, down] of exchanges) {
            clock.add({
              sent: now,
              serverReceived: now + up + offset,
              serverSent: now + up + work + offset,
              received: now + up + work + down,
            });
            now += 5000;
          }
          const estimate = clock.estimate;
          expect(estimate).toBeDefined();
          if (estimate === undefined) return;
          expect(Math.abs(estimate.offset - offset)).toBeLessThanOrEqual(
            estimate.uncertainty + 1e-6,
          );
        },
      ),
    );
  });

  test('knows nothing before the first exchange', () => {
    expect(new ClockOffset().estimate).toBeUndefined();
  });
});

describe('CaptureClock', () => {
  test('errs by the shortest delivery only, and never into the future', () => {
    const clock = new CaptureClock();
    const origin = 77_000;
    const deliveries = [9, 4, 12, 3, 30, 8];
    const errors = deliveries.map((delivery, index) => {
      const captured = origin + index * 33;
      const machine = clock.toMachineTime((captured - 500) * 1000, captured + delivery);
      expect(machine).toBeLessThanOrEqual(captured + delivery);
      return machine - captured;
    });
    expect(errors.at(-1)).toBeCloseTo(3);
  });
});
