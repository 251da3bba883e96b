import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWire } from './wire.js';

test('counts the headers of every packet and what each frame carries besides', () => {
  const wire = createWire(100, 50);
  expect(wire.bits(1050)).toBe(8 * (1150 + 50));
  expect(wire.bits(1051)).toBe(8 * (1151 + 100));
  expect(createWire(0, 0).bits(5000)).toBe(40_000);
});

test('a frame of the bytes given back always fits the bits asked for, or is empty', () => {
  const bytes = fc.integer({ min: 0, max: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000 }), bytes, bytes, (bits, frame, packet) => {
      const wire = createWire(frame, packet);
      const coded = wire.codedBytes(bits);
      expect(coded).toBeGreaterThanOrEqual(0);
      if (coded > 0) expect(wire.bits(coded)).toBeLessThanOrEqual(bits);
    }),
    { seed: 1 },
  );
});
