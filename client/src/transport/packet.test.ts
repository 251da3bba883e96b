import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCarrier, toTick, writeCarrier, type Packet } from './packet.js';

const stamp = fc.integer({ min: 0, max: 0xffff }).map((ticks) => ticks / 10);
const packetArbitrary: fc.Arbitrary<Packet> = fc
  .record({
    sequence: fc.integer({ min: 255, max: 0xffffffff }),
    distance: fc.option(fc.integer({ min: 1, max: 255 }), { nil: undefined }),
    captureTime: fc.integer({ min: 0, max: 2 ** 45 }).map((ticks) => ticks / 10),
    stamps: fc.record({ read: stamp, encodeStart: stamp, encodeEnd: stamp, sent: stamp }),
    color: fc.record({
      matrix: fc.constantFrom('bt601' as const, 'bt709' as const),
      fullRange: fc.boolean(),
    }),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    parts: fc.option(
      fc.record({
        index: fc.nat(8),
        count: fc.integer({ min: 1, max: 5 }),
        parities: fc.nat(3),
      }),
      { nil: undefined },
    ),
  })
  .map(({ distance, parts, ...packet }) => ({
    ...packet,
    reference: distance === undefined ? undefined : packet.sequence - distance,
    // All parts of one length: whatever part it is, it may have these bytes.
    ...(parts && {
      part: {
        index: Math.min(parts.index, parts.count + parts.parities - 1),
        count: parts.count,
        total: parts.count + parts.parities,
        length: packet.data.length * parts.count,
      },
    }),
  }));
const PACKET: Packet = {
  sequence: 0,
  captureTime: 0,
  stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
  reference: undefined,
  color: { matrix: 'bt601', fullRange: false },
  data: new Uint8Array(20),
};
const carrierArbitrary = fc.uint8Array({ maxLength: 200 });

describe('carrier packets', () => {
  test('what is written is parsed, carrier and packets alike', () => {
    fc.assert(
      fc.property(
        carrierArbitrary,
        fc.array(packetArbitrary, { maxLength: 5 }),
        (carrier, sent) => {
          const parsed = parseCarrier(writeCarrier(carrier, sent));
          expect(parsed).toEqual({ kind: 'packets', carrier, packets: sent });
        },
      ),
    );
  });

  test('times today survive to the tick', () => {
    const captureTime = toTick(Date.UTC(2026, 10, 24, 12, 0, 0) + 0.123);
    const packet: Packet = {
      sequence: 7,
      captureTime,
      stamps: { read: 1, encodeStart: 2, encodeEnd: 12.3, sent: 13 },
      reference: undefined,
      color: { matrix: 'bt601', fullRange: false },
      data: new Uint8Array([1]),
    };
    const parsed = parseCarrier(writeCarrier(new Uint8Array(3), [packet]));
    expect(parsed.kind === 'packets' && parsed.packets[0]?.captureTime).toBe(captureTime);
  });

  test('arbitrary bytes are plain or malformed or packets inside the buffer, never a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const parsed = parseCarrier(bytes);
        if (parsed.kind === 'packets') {
          for (const { data } of parsed.packets) expect(data.length).toBeLessThan(bytes.length);
        }
      }),
    );
  });

  test('a damaged or cut frame never yields more bytes than it has', () => {
    fc.assert(
      fc.property(
        carrierArbitrary,
        fc.array(packetArbitrary, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
        fc.nat(40),
        (carrier, packets, flips, cut) => {
          const whole = writeCarrier(carrier, packets);
          for (const [at, mask] of flips) {
            const index = at % whole.length;
            whole[index] = (whole[index] ?? 0) ^ mask;
          }
          const parsed = parseCarrier(whole.subarray(0, Math.max(0, whole.length - cut)));
          if (parsed.kind !== 'packets') return;
          const total = parsed.packets.reduce((sum, { data }) => sum + data.length, 0);
          expect(total + parsed.carrier.length).toBeLessThan(whole.length);
        },
      ),
    );
  });

  test.each([
    ['version', (bytes: Uint8Array) => (bytes[bytes.length - 5] = 99)],
    ['carrier-length', (bytes: Uint8Array) => (bytes[bytes.length - 8] = 255)],
    ['packet-header', (bytes: Uint8Array) => (bytes[bytes.length - 6] = 9)],
    ['packet-length', (bytes: Uint8Array) => (bytes[10 + 21] = 200)],
    [
      'packet-part',
      (bytes: Uint8Array) => {
        bytes[10] = 4;
        bytes[10 + 21] = 14;
      },
    ],
  ])('names a wrong %s', (reason, damage) => {
    const bytes = writeCarrier(new Uint8Array(10), [PACKET]);
    damage(bytes);
    expect(parseCarrier(bytes)).toEqual({ kind: 'malformed', reason });
  });

  test.each([
    [{ index: 31, count: 16, total: 16 }, 'packets'],
    [{ index: 32, count: 16, total: 16 }, 'malformed'],
    [{ index: 0, count: 17, total: 17 }, 'malformed'],
    [{ index: 0, count: 3, total: 2 }, 'malformed'],
    [{ index: 0, count: 3, total: 33 }, 'malformed'],
  ])('of part %o the carrier is %s', (numbers, kind) => {
    const part = { ...numbers, length: PACKET.data.length * numbers.count };
    const packet = { ...PACKET, part };
    expect(parseCarrier(writeCarrier(new Uint8Array(1), [packet])).kind).toBe(kind);
  });

  test('a reference that is too far back is refused', () => {
    const packet = { ...PACKET, sequence: 300, reference: 44 };
    expect(() => writeCarrier(new Uint8Array(1), [packet])).toThrow(RangeError);
  });

  test('a frame without our trailer is plain', () => {
    expect(parseCarrier(new Uint8Array(50))).toEqual({ kind: 'plain' });
    expect(parseCarrier(new Uint8Array(3))).toEqual({ kind: 'plain' });
  });
});
