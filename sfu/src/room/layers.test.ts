import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLayers, type LayerReceiver, type LayerState } from './layers.js';

const layers: readonly LayerState[] = [
  { layer: 2, width: 640, natural: 1_000_000 },
  { layer: 0, width: 160, natural: 100_000 },
  { layer: 1, width: 320, natural: 350_000 },
];

const receiver = (
  id: string,
  { share = 1_500_000, ...change }: Partial<LayerReceiver> = {},
): LayerReceiver => ({
  id,
  tileWidth: 0,
  share,
  shareNow: share,
  current: undefined,
  ...change,
});

const chosen = (
  receivers: readonly LayerReceiver[],
  of: readonly LayerState[] = layers,
): (number | undefined)[] => {
  const { choices } = assignLayers(of, receivers);
  return receivers.map(({ id }) => choices.get(id)?.layer);
};

describe('assignLayers', () => {
  it('takes the sharpest where nothing is known of the tile', () => {
    expect(chosen([receiver('a')])).toEqual([2]);
  });

  it('takes no more than the tile shows', () => {
    const widths = [150, 320, 2000].map((tileWidth) => receiver(String(tileWidth), { tileWidth }));
    expect(chosen(widths)).toEqual([0, 1, 2]);
  });

  it('keeps the layer while the tile changes a little around a bound', () => {
    expect(chosen([receiver('a', { tileWidth: 380, current: 1 })])).toEqual([1]);
    expect(chosen([receiver('a', { tileWidth: 380, current: 2 })])).toEqual([2]);
  });

  it('needs one layer only where all are alike, and caps it by the slowest', () => {
    const both = [receiver('a', { share: 400_000 }), receiver('b', { share: 390_000, current: 2 })];
    const { choices, caps } = assignLayers(layers, both);
    expect([...choices.values()]).toEqual([
      { layer: 2, limitedByBandwidth: false },
      { layer: 2, limitedByBandwidth: false },
    ]);
    expect([...caps]).toEqual([[2, 390_000]]);
  });

  it('gives the slow one a smaller layer and leaves the cap of the others alone', () => {
    const { choices, caps } = assignLayers(layers, [
      receiver('fast'),
      receiver('slow', { share: 200_000, current: 2 }),
    ]);
    expect(choices.get('fast')).toEqual({ layer: 2, limitedByBandwidth: false });
    expect(choices.get('slow')).toEqual({ layer: 1, limitedByBandwidth: true });
    expect(caps.get(2)).toBe(1_500_000);
    expect(caps.get(1)).toBe(200_000);
  });

  it('begins and stays at a layer that nearly fits, but needs more to rise to it', () => {
    const of = (current: number | undefined) =>
      chosen([receiver('fast'), receiver('b', { share: 900_000, current })])[1];
    expect(of(2)).toBe(2);
    expect(of(undefined)).toBe(2);
    expect(of(1)).toBe(1);
  });

  it('follows a lone receiver at once, one of several only when it lasts', () => {
    const doubtful = receiver('a', { share: 900_000, shareNow: 300_000 });
    expect(assignLayers(layers, [doubtful]).caps.get(2)).toBe(300_000);
    expect(assignLayers(layers, [doubtful, receiver('b')]).caps.get(2)).toBe(900_000);
  });

  it('stops the slow one where the sender has one layer only, and lowers nobody', () => {
    const { choices, caps } = assignLayers(layers.slice(0, 1), [
      receiver('fast'),
      receiver('slow', { share: 200_000 }),
    ]);
    expect(choices.get('slow')).toEqual({ layer: undefined, limitedByBandwidth: true });
    expect(caps.get(2)).toBe(1_500_000);
    expect(chosen([receiver('slow', { share: 200_000 })], layers.slice(0, 1))).toEqual([2]);
  });

  it('gives nothing to one without a share', () => {
    expect(chosen([receiver('a'), receiver('b', { share: 0 })])).toEqual([2, undefined]);
  });

  it('never lowers what others get by more than a sixth, save at the smallest layer', () => {
    const some = fc.record({
      share: fc.integer({ min: 40_000, max: 3_000_000 }),
      tileWidth: fc.constantFrom(0, 100, 300, 700),
      current: fc.constantFrom(undefined, 0, 1, 2),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 8 }), (all) => {
        const receivers = all.map((change, index) => receiver(String(index), change));
        const { choices, caps } = assignLayers(layers, receivers);
        for (const { id, share } of receivers) {
          const layer = choices.get(id)?.layer;
          const state = layers.find((candidate) => candidate.layer === layer);
          const cap = caps.get(layer ?? -1);
          expect(state).toBeDefined();
          expect(cap).toBeLessThanOrEqual(share);
          if (layer === 0) continue;
          expect(cap).toBeGreaterThanOrEqual(0.85 * Math.min(share, state?.natural ?? 0) - 1);
        }
      }),
    );
  });
});
