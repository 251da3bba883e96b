import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parityOf, restoreParts } from './erasureCode.js';

const SIZE = 7;

const orders = fc.array(fc.nat(), { minLength: 32, maxLength: 32 });

test('any so many of parts and parities give all parts back', () => {
  const bytes = fc.uint8Array({ minLength: SIZE, maxLength: SIZE });
  const parts = fc.array(bytes, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(parts, fc.integer({ min: 0, max: 12 }), orders, (data, extra, order) => {
      const parities = Array.from({ length: extra }, (_, i) => parityOf(data, SIZE, i));
      const arriving = [...data, ...parities]
        .map((bytes, number) => ({ bytes, number, at: order.pop() }))
        .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
        .slice(0, data.length);
      const known = new Map(arriving.map(({ number, bytes }) => [number, bytes]));
      expect(restoreParts(known, data.length, SIZE)).toEqual(data);
    }),
    { numRuns: 200 },
  );
});

test('every single part of many can be restored by the last possible parity', () => {
  const count = 200;
  const data: Uint8Array[] = Array.from({ length: count }, (_, i) => Uint8Array.of(i, 255 - i));
  const parity = parityOf(data, 2, 254 - count);
  for (let lost = 0; lost < count; lost += 1) {
    const known = new Map(data.map((bytes, number) => [number, bytes]));
    known.delete(lost);
    known.set(254, parity);
    expect(restoreParts(known, count, 2)[lost]).toEqual(data[lost]);
  }
});

test('a shorter part counts as filled up with zeros', () => {
  const short = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
  const filled = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 0, 0)];
  expect(parityOf(short, 3, 1)).toEqual(parityOf(filled, 3, 1));
});
