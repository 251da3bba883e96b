import { expect, test } from 'vitest';
import { Protection, type SentPicture } from './protection.js';

const PICTURE: SentPicture = {
  ...{ sequence: 0, bytes: 500, keyFrame: false, parts: [500], parities: 0 },
};

/** A picture of one packet every 100 ms; every so many ms one is lost, unless parity, once there is some, helps. */
function lose(
  protection: Protection,
  [from, to]: readonly [number, number],
  {
    everyMs,
    helped = true,
    waitedMs = 200,
  }: { readonly everyMs: number; readonly helped?: boolean; readonly waitedMs?: number },
): void {
  for (let now = from; now < to; now += 100) {
    const sequence = now / 100;
    const parities = protection.active(now) ? 1 : 0;
    protection.sent({ ...PICTURE, sequence, parities }, now);
    const missing = now % everyMs === 0 ? 1 : 0;
    const recovered = helped && protection.active(now) ? missing : 0;
    const lost = missing > recovered ? [sequence] : [];
    protection.note({ receiver: 'ann', missing, lost, recovered, waitedMs }, now);
  }
}

const never = { everyMs: Infinity };

test('begins with losses that go on, and ends some time after them', () => {
  const protection = new Protection();
  lose(protection, [100, 20_000], { everyMs: 11_000 });
  expect(protection.active(20_000)).toBe(false);
  expect(protection.loss(false, 20_000)).toBe(0);
  lose(protection, [20_000, 30_000], { everyMs: 2500 });
  expect(protection.active(30_000)).toBe(true);
  lose(protection, [30_000, 90_000], { everyMs: 4000 });
  expect(protection.active(90_000)).toBe(true);
  lose(protection, [90_000, 115_000], never);
  expect(protection.active(115_000)).toBe(false);
});

test('is not for many losses at once in a queue, but for a first one without', () => {
  const protection = new Protection();
  lose(protection, [1000, 1900], { everyMs: 100 });
  lose(protection, [1900, 9000], never);
  expect(protection.active(9000)).toBe(false);
  lose(protection, [29_000, 29_100], { everyMs: 1000, waitedMs: 20 });
  expect(protection.active(29_100)).toBe(true);
});

test('rests where packets get lost in bursts that parity is no help against, and tries again', () => {
  const protection = new Protection();
  lose(protection, [100, 6000], { everyMs: 1500, helped: false });
  expect(protection.active(6000)).toBe(true);
  lose(protection, [6000, 30_000], { everyMs: 1500, helped: false });
  expect(protection.active(30_000)).toBe(false);
  lose(protection, [30_000, 45_000], { everyMs: 1500 });
  expect(protection.active(45_000)).toBe(true);
  lose(protection, [45_000, 90_000], { everyMs: 1500 });
  expect(protection.active(90_000)).toBe(true);
});

test('a picture that had no parity says nothing of its worth', () => {
  const protection = new Protection();
  lose(protection, [1000, 6000], { everyMs: 1500, helped: false });
  for (let now = 6000; now < 12_000; now += 100) {
    protection.sent({ ...PICTURE, sequence: now }, now);
    protection.note({ receiver: 'ann', missing: 1, lost: [now], recovered: 0, waitedMs: 0 }, now);
  }
  expect(protection.active(12_000)).toBe(true);
});

test('tells the share of packets that are lost on the worst way, not more than can be protected', () => {
  const protection = new Protection();
  const lossAfter = (from: number, missing: number): number => {
    for (let now = from; now < from + 20_000; now += 100) {
      protection.sent({ ...PICTURE, parts: Array.from({ length: 10 }, () => 1000) }, now);
      const recovered = missing > 0 ? 1 : 0;
      protection.note({ receiver: 'ben', missing, lost: [], recovered, waitedMs: 0 }, now);
      protection.note({ receiver: 'ann', missing: 0, lost: [], recovered: 0, waitedMs: 0 }, now);
    }
    return protection.loss(false, from + 20_000);
  };
  expect(lossAfter(0, 1)).toBeCloseTo(0.09, 2);
  expect(lossAfter(20_000, 9)).toBe(0.2);
  protection.remove('ben');
  expect(protection.loss(false, 40_000)).toBe(0.01);
  expect(protection.loss(false, 60_000)).toBe(0);
});

test('a key frame always has some parity', () => {
  expect(new Protection().loss(true, 0)).toBeGreaterThan(0);
});

test('tells the share of the wire that the parity leaves to the codec', () => {
  const protection = new Protection();
  expect(protection.codecShare).toBe(1);
  const send = (parts: readonly number[]): void => {
    for (let i = 0; i < 100; i += 1) protection.sent({ ...PICTURE, bytes: 3000, parts }, i);
  };
  send([1000, 1000, 1000, 1000]);
  expect(protection.codecShare).toBeCloseTo(0.72, 2);
  send([3000]);
  expect(protection.codecShare).toBeCloseTo(1, 2);
  protection.sent({ ...PICTURE, bytes: 3000, keyFrame: true, parts: [3000, 3000] }, 100);
  expect(protection.codecShare).toBeCloseTo(1, 2);
});
