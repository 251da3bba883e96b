import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLayers, type Layer, type LayeredSource } from './layers.js';

const layers = (name: string, rates: readonly [number, ...number[]]): LayeredSource['layers'] => {
  const make = (bitrate: number, layer: number): Layer => ({
    consumerId: `${name}${String(layer)}`,
    layer,
    width: 160 << layer,
    bitrate,
  });
  const [first, ...rest] = rates;
  return [make(first, 0), ...rest.map((rate, index) => make(rate, index + 1))];
};

const source = (name: string, change: Partial<LayeredSource> = {}): LayeredSource => ({
  layers: layers(name, [100_000, 300_000, 900_000]),
  tileWidth: 0,
  priority: 1,
  current: undefined,
  ...change,
});

const ids = (sources: LayeredSource[], downlink?: number): string[] =>
  chooseLayers(sources, downlink).map(({ consumerId }) => consumerId);

describe('chooseLayers', () => {
  it('takes the sharpest where neither tile nor downlink is known', () => {
    expect(ids([source('a')])).toEqual(['a2']);
  });

  it('takes no more than the tile shows', () => {
    expect(ids([source('a', { tileWidth: 150 })])).toEqual(['a0']);
    expect(ids([source('a', { tileWidth: 320 })])).toEqual(['a1']);
    expect(ids([source('a', { tileWidth: 2000 })])).toEqual(['a2']);
  });

  it('takes no more than the downlink carries, and says so', () => {
    expect(chooseLayers([source('a')], 500_000)).toEqual([
      { consumerId: 'a1', limitedByBandwidth: true },
    ]);
  });

  it('always keeps the smallest', () => {
    expect(ids([source('a'), source('b')], 1000)).toEqual(['a0', 'b0']);
  });

  it('serves the higher priority first', () => {
    expect(ids([source('a'), source('b', { priority: 9 })], 1_200_000)).toEqual(['a0', 'b2']);
  });

  it('needs a margin to go up, none to stay', () => {
    const downlink = 310_000;
    expect(ids([source('a')], downlink)).toEqual(['a0']);
    expect(ids([source('a', { current: 'a1' })], downlink)).toEqual(['a1']);
  });

  it('fits the downlink whenever the smallest layers do', () => {
    const rates = fc.tuple(
      fc.integer({ min: 1000, max: 200_000 }),
      fc.integer({ min: 200_000, max: 500_000 }),
      fc.integer({ min: 500_000, max: 2_000_000 }),
    );
    fc.assert(
      fc.property(
        fc.array(rates, { minLength: 1, maxLength: 6 }),
        fc.nat(5_000_000),
        (all, link) => {
          const sources = all.map((rate, index) =>
            source(`s${String(index)}-`, { layers: layers(`s${String(index)}-`, rate) }),
          );
          const smallest = all.reduce((sum, [rate]) => sum + rate, 0);
          const byId = new Map(
            sources.flatMap((entry) =>
              entry.layers.map((layer) => [layer.consumerId, layer.bitrate]),
            ),
          );
          const total = ids(sources, link).reduce((sum, id) => sum + (byId.get(id) ?? NaN), 0);
          expect(total).toBeLessThanOrEqual(Math.max(link, smallest));
        },
      ),
    );
  });
});
