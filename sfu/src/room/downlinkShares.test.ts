import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { besideSound, shareDownlink, type Demand } from './downlinkShares.js';

const demand = (key: string, change: Partial<Demand> = {}): Demand => ({
  key,
  weight: 1,
  most: 1_000_000,
  served: true,
  ...change,
});

describe('shareDownlink', () => {
  it('gives everybody all where nothing is known', () => {
    expect([...shareDownlink(Infinity, [demand('a')])]).toEqual([['a', 1_000_000]]);
  });

  it('divides by weight and gives on what one does not take', () => {
    const shares = shareDownlink(600_000, [
      demand('screen', { weight: 2 }),
      demand('face'),
      demand('thumbnail', { most: 60_000 }),
    ]);
    expect([...shares.values()]).toEqual([360_000, 180_000, 60_000]);
  });

  it('stops the least important where it is not enough for all', () => {
    const shares = shareDownlink(60_000, [demand('a'), demand('b', { weight: 2 })]);
    expect([...shares]).toEqual([
      ['a', 0],
      ['b', 60_000],
    ]);
  });

  it('needs a little more to start than to go on', () => {
    expect(shareDownlink(40_000, [demand('a')]).get('a')).toBe(40_000);
    expect(shareDownlink(40_000, [demand('a', { served: false })]).get('a')).toBe(0);
    expect(shareDownlink(-1, [demand('a')]).get('a')).toBe(0);
  });

  it('never gives more than there is, nor more than anybody takes', () => {
    const some = fc.record({
      weight: fc.integer({ min: 1, max: 255 }),
      most: fc.integer({ min: 50_000, max: 2_000_000 }),
      served: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), fc.nat(5_000_000), (all, budget) => {
        const demands = all.map((change, index) => demand(String(index), change));
        const shares = shareDownlink(budget, demands);
        const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
        expect(total).toBeLessThanOrEqual(budget + 1);
        for (const { key, most } of demands) {
          expect(shares.get(key)).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});

describe('besideSound', () => {
  it('leaves to video what sound did not take, and keeps a voice free', () => {
    expect(besideSound(300_000, [])).toBe(300_000);
    expect(besideSound(300_000, [50_000, 10_000])).toBe(240_000);
    expect(besideSound(300_000, [0, 0])).toBe(264_000);
  });

  it('leaves a picture before the last of the sound, and sound before that', () => {
    expect(besideSound(80_000, [60_000])).toBe(36_000);
    expect(besideSound(70_000, [60_000])).toBe(34_000);
    expect(besideSound(20_000, [60_000])).toBe(-16_000);
  });
});
