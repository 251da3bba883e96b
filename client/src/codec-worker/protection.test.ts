import { expect, test } from 'vitest';
import { Protection } from './protection.js';

/** A picture that lacks a packet every so many ms; parity, once there is some, takes its place or does not. */
function lose(
  protection: Protection,
  [from, to]: readonly [number, number],
  { everyMs, helped = true }: { readonly everyMs: number; readonly helped?: boolean },
): void {
  for (let now = from; now < to; now += 100) {
    const lacking = now % everyMs === 0 ? 1 : 0;
    const recovered = helped && protection.active(now) ? lacking : 0;
    protection.note({ held: lacking - recovered, recovered }, now);
  }
}

const never = { everyMs: Infinity };

test('begins with losses that go on, and ends some time after them', () => {
  const protection = new Protection();
  lose(protection, [0, 20_000], { everyMs: 7000 });
  expect(protection.active(20_000)).toBe(false);
  lose(protection, [20_000, 30_000], { everyMs: 2500 });
  expect(protection.active(30_000)).toBe(true);
  lose(protection, [30_000, 90_000], { everyMs: 4000 });
  expect(protection.active(90_000)).toBe(true);
  lose(protection, [90_000, 115_000], never);
  expect(protection.active(115_000)).toBe(false);
});

test('is not for many losses at once', () => {
  const protection = new Protection();
  lose(protection, [1000, 2500], { everyMs: 100 });
  lose(protection, [2500, 9000], never);
  expect(protection.active(9000)).toBe(false);
});

test('rests where packets get lost in bursts that parity is no help against, and tries again', () => {
  const protection = new Protection();
  lose(protection, [0, 6000], { everyMs: 1500, helped: false });
  expect(protection.active(6000)).toBe(true);
  lose(protection, [6000, 30_000], { everyMs: 1500, helped: false });
  expect(protection.active(30_000)).toBe(false);
  lose(protection, [30_000, 45_000], { everyMs: 1500 });
  expect(protection.active(45_000)).toBe(true);
  lose(protection, [45_000, 90_000], { everyMs: 1500 });
  expect(protection.active(90_000)).toBe(true);
});

test('what travelled before it began is not held against it', () => {
  const after = (laterMs: number): boolean => {
    const protection = new Protection();
    lose(protection, [1000, 3100], { everyMs: 1000 });
    const [from, to] = [3100 + laterMs, 3500 + laterMs];
    lose(protection, [from, to], { everyMs: 100, helped: false });
    lose(protection, [to, to + 300], { everyMs: 100, helped: false });
    return protection.active(to + 300);
  };
  expect(after(0)).toBe(true);
  expect(after(1000)).toBe(false);
});

test('tells the share of the wire that the parity leaves to the codec', () => {
  const protection = new Protection();
  expect(protection.codecShare).toBe(1);
  for (let i = 0; i < 100; i += 1) protection.sent(3000, 4000);
  expect(protection.codecShare).toBeCloseTo(0.75, 2);
  for (let i = 0; i < 100; i += 1) protection.sent(3000, 3000);
  expect(protection.codecShare).toBeCloseTo(1, 2);
});
