import { expect, test } from 'vitest';
import { RECONNECT_DELAYS, reconnectDelay } from './reconnectDelays.js';

test('delays grow as written, within 20 %, and end', () => {
  RECONNECT_DELAYS.forEach((delay, attempt) => {
    expect(reconnectDelay(attempt, () => 0.5)).toBe(delay);
    expect(reconnectDelay(attempt, () => 0)).toBeCloseTo(0.8 * delay);
    expect(reconnectDelay(attempt, () => 1)).toBeCloseTo(1.2 * delay);
  });
  expect(reconnectDelay(RECONNECT_DELAYS.length, () => 0.5)).toBeUndefined();
});
