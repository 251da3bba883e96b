import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Packet } from './packet.js';
import { PartCollector, partLengths, splitPacket } from './parts.js';

function packet(data: Uint8Array, sequence = 3): Packet {
  return {
    sequence,
    captureTime: 0,
    stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
    reference: undefined,
    color: { matrix: 'bt601', fullRange: false },
    data,
  };
}

const frame = fc.uint8Array({ minLength: 500, maxLength: 9000 });
const orders = fc.array(fc.nat(), { minLength: 6, maxLength: 6 });

test('a frame survives the loss of any one part, in any order of the others', () => {
  fc.assert(
    fc.property(frame, fc.nat(), orders, (data, lost, order) => {
      const parts = splitPacket(packet(data));
      expect(parts.length).toBeGreaterThan(2);
      expect(parts.map((part) => part.data.length)).toEqual(partLengths(data.length));
      const arriving = parts
        .filter((_, index) => index !== lost % parts.length)
        .map((part, index) => ({ part, at: order[index] ?? 0 }))
        .sort((a, b) => a.at - b.at);
      const collector = new PartCollector();
      const whole = arriving.flatMap(({ part }) => collector.push(part) ?? []);
      expect(whole).toEqual([packet(data)]);
      // What comes in the end, by retransmission, is not given out again.
      for (const part of parts) expect(collector.push(part)).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

test('two lost parts are too many', () => {
  const parts = splitPacket(packet(new Uint8Array(4000).map((_, i) => i)));
  const collector = new PartCollector();
  expect(parts.slice(2).map((part) => collector.push(part))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(
    collector.push({ ...parts[0], ...packet(parts[0]?.data ?? new Uint8Array()) }),
  ).toBeDefined();
});

test('counts a frame that lacks a part when the next one begins, once', () => {
  const collector = new PartCollector();
  const frames = [0, 1, 2, 3].map((sequence) =>
    splitPacket(packet(new Uint8Array(2000), sequence)),
  );
  const [first = [], second = [], third = [], fourth = []] = frames;
  // The parity of the first is late, the second is complete, the third lacks its first part.
  const arriving = [...first.slice(0, -1), ...second, ...third.slice(1), ...fourth];
  const whole = arriving.flatMap((part) => collector.push(part)?.sequence ?? []);
  expect(whole).toEqual([0, 1, 2, 3]);
  collector.push(packet(new Uint8Array(9), 4));
  expect(collector.recovered).toBe(2);
});

test('a short frame stays whole', () => {
  const short = packet(new Uint8Array(499));
  expect(splitPacket(short)).toEqual([short]);
  expect(partLengths(499)).toEqual([499]);
  expect(new PartCollector().push(short)).toBe(short);
});

test('parts that do not belong together make no frame', () => {
  const [first] = splitPacket(packet(new Uint8Array(2000)));
  const others = splitPacket(packet(new Uint8Array(1800).fill(1)));
  const collector = new PartCollector();
  for (const part of first ? [first, ...others] : others) {
    expect(collector.push(part)).toBeUndefined();
  }
});

test('frames that stay incomplete are forgotten in the end', () => {
  const collector = new PartCollector();
  const [first, ...others] = splitPacket(packet(new Uint8Array(2000), 0));
  if (first) collector.push(first);
  for (let sequence = 1; sequence <= 100; sequence += 1) {
    const [part] = splitPacket(packet(new Uint8Array(2000), sequence));
    if (part) collector.push(part);
  }
  expect(collector.push(others[0] ?? packet(new Uint8Array(1)))).toBeUndefined();
});
