import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLadder, DEVICE_RUNGS, NETWORK_RUNGS, type Wish } from './ladder.js';

const TIMES = { downAfterMs: 1000, upAfterMs: 4000, dwellMs: 500 };

/** Wishes the same every 100 ms; returns the time of the first change. */
function wishUntilChange(
  ladder: ReturnType<typeof createLadder>,
  from: number,
  wish: Wish,
  hurry = 1,
): number {
  for (let now = from; now < from + 100_000; now += 100) {
    if (ladder.update(now, wish, hurry)) return now;
  }
  return Infinity;
}

test('follows a wish that lasts: soon down, late up, sooner in a hurry', () => {
  const ladder = createLadder(5, TIMES);
  expect(wishUntilChange(ladder, 0, 'down')).toBe(1000);
  expect(wishUntilChange(ladder, 1100, 'down', 2)).toBe(1600);
  expect(wishUntilChange(ladder, 20_000, 'up')).toBe(24_000);
  expect(ladder.index).toBe(1);
});

test('a step up that is soon undone makes the next one slower', () => {
  const ladder = createLadder(5, TIMES);
  wishUntilChange(ladder, 0, 'down');
  const up = wishUntilChange(ladder, 2000, 'up');
  const down = wishUntilChange(ladder, up + 100, 'down');
  expect(wishUntilChange(ladder, down + 100, 'up') - (down + 100)).toBe(8000);
});

test('a wish that flickers changes nothing; the index stays in range whatever is wished', () => {
  const wishes = fc.array(fc.constantFrom<Wish>('down', 'stay', 'up'), { maxLength: 500 });
  fc.assert(
    fc.property(wishes, (list) => {
      const ladder = createLadder(3, TIMES);
      let changes = 0;
      list.forEach((wish, i) => {
        if (ladder.update(i * 100, wish)) changes += 1;
        expect(ladder.index).toBeGreaterThanOrEqual(0);
        expect(ladder.index).toBeLessThan(3);
      });
      expect(changes).toBeLessThanOrEqual(list.length / 10);
    }),
    { seed: 7 },
  );
});

test('every step of a list gives up something and gains nothing back', () => {
  for (const rungs of [NETWORK_RUNGS.camera, NETWORK_RUNGS.screen, DEVICE_RUNGS]) {
    rungs.slice(1).forEach((rung, i) => {
      const better = rungs[i];
      if (!better) throw new Error('missing rung');
      expect(rung.scale).toBeLessThanOrEqual(better.scale);
      expect(rung.frameRate).toBeLessThanOrEqual(better.frameRate);
      expect(rung.activeShare).toBeLessThanOrEqual(better.activeShare);
      expect(rung).not.toEqual(better);
    });
  }
});

test('people keep their motion, screens their sharpness', () => {
  const second = { camera: NETWORK_RUNGS.camera[1], screen: NETWORK_RUNGS.screen[1] };
  expect(second.camera).toMatchObject({ scale: 0.75, frameRate: Infinity });
  expect(second.screen).toMatchObject({ scale: 1, frameRate: 20 });
});
