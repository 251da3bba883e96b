import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleTime } from './visibleTime.js';

const REFRESH_MS = 1000 / 60;

test('a picture that a refresh takes is seen one refresh later', () => {
  expect(visibleTime(1000, 1000)).toBeCloseTo(1000 + REFRESH_MS);
  // Noted just after its refresh.
  expect(visibleTime(1000, 1001)).toBeCloseTo(1000 + REFRESH_MS);
  // Too late for the refresh before.
  expect(visibleTime(1000, 1005)).toBeCloseTo(1000 + 2 * REFRESH_MS);
  expect(visibleTime(1000, 990)).toBeCloseTo(1000 + REFRESH_MS);
});

test('whichever refresh is named, the time is the same, after the handing over and soon', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: -6, max: 6 }),
      (presentationTime, refreshes) => {
        // Away from the boundary, where rounding decides.
        const refresh = presentationTime + 5 + refreshes * REFRESH_MS;
        const seen = visibleTime(refresh, presentationTime);
        expect(seen).toBeCloseTo(presentationTime + 5 + REFRESH_MS, 6);
      },
    ),
  );
});
