import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideFrame, partLengths } from './frameDivision.js';
import { LAST_PART, type Packet } from './packet.js';
import { furtherParts, PartCollector, splitPacket } from './parts.js';

const BYTES = 2500;
const SHORT = new Uint8Array(9);

function packet(
  data: Uint8Array,
  sequence = 3,
  reference: number | undefined = sequence - 1,
): Packet {
  return {
    sequence,
    captureTime: 0,
    stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
    reference,
    color: { matrix: 'bt601', fullRange: false },
    data,
  };
}

const LOSS = 0.05;

/** In parts, at least two of which hold its bytes, and some parities. */
function inParts(sequence: number): Packet[] {
  const { count, total } = divideFrame(BYTES, LOSS);
  expect(count).toBeGreaterThan(1);
  expect(total).toBeGreaterThan(count);
  return splitPacket(packet(new Uint8Array(BYTES), sequence), LOSS);
}

const frame = fc.uint8Array({ minLength: 500, maxLength: 9000 });
const orders = fc.array(fc.nat(), { minLength: 32, maxLength: 32 });
const losses = fc.double({ min: 0.01, max: 0.2, noNaN: true });

test('a frame survives the loss of so many parts as it has parities, in any order of the others', () => {
  fc.assert(
    fc.property(frame, losses, orders, (data, loss, order) => {
      const parts = splitPacket(packet(data), loss);
      const division = divideFrame(data.length, loss);
      expect(parts.map((part) => part.data.length)).toEqual(partLengths(division, data.length));
      const arriving = parts
        .map((part) => ({ part, at: order.pop() }))
        .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
        .map(({ part }) => part);
      const collector = new PartCollector();
      const first = arriving.slice(0, division.count).map((part) => collector.push(part));
      expect(first.slice(0, -1).every((early) => early === undefined)).toBe(true);
      expect(first.at(-1)).toEqual(packet(data));
      // What comes later, or once more, is not given out again.
      const again = arriving.slice(division.total === 1 ? 1 : 0);
      for (const part of again) expect(collector.push(part)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});

test('one lost part too many is known before the next frame, unless it was the last', () => {
  const parts = inParts(3);
  const count = parts[0]?.part?.count ?? 0;
  const collector = new PartCollector();
  for (const part of parts.slice(1 - count)) expect(collector.push(part)).toBeUndefined();
  expect(collector.passed).toBe(3);
  const late = new PartCollector();
  for (const part of parts.slice(0, count - 1)) late.push(part);
  expect(late.passed).toBe(-Infinity);
  late.push(packet(SHORT, 4));
  expect(late.passed).toBe(3);
});

test('further parities take the place of any parts', () => {
  const parts = inParts(3);
  const count = parts[0]?.part?.count ?? 0;
  const collector = new PartCollector();
  collector.push(parts[0] ?? packet(SHORT));
  expect(collector.lackingOf(3)).toBe(count - 1);
  const further = furtherParts(packet(new Uint8Array(BYTES)), LOSS, collector.lackingOf(3));
  const whole = further.map((part) => collector.push(part));
  expect(whole.at(-1)).toEqual(packet(new Uint8Array(BYTES)));
  expect(collector.lackingOf(3)).toBe(0);
  expect(collector.lackingOf(4)).toBe(0);
});

test('what is not in parts is sent as it is, and never more than parts can be numbered', () => {
  const short = packet(SHORT);
  expect(furtherParts(short, 0, 2)).toEqual([short]);
  expect(furtherParts(packet(new Uint8Array(BYTES)), LOSS, 1000).at(-1)?.part?.index).toBe(
    LAST_PART,
  );
});

test('counts what is missing of a frame when the next one begins, once', () => {
  const collector = new PartCollector();
  const [first = [], second = [], third = [], fourth = []] = [0, 1, 2, 3].map((sequence) =>
    inParts(sequence),
  );
  // A parity of the first is late, the second is complete, the third lacks its first part.
  const arriving = [...first.slice(0, -1), ...second, ...third.slice(1), ...fourth];
  const whole = arriving.flatMap((part) => collector.push(part)?.sequence ?? []);
  expect(whole).toEqual([0, 1, 2, 3]);
  collector.push(packet(SHORT, 4));
  expect(collector).toMatchObject({ recovered: 2, missing: 2 });
  const [, ...hopeless] = inParts(5).slice(0, first[0]?.part?.count);
  for (const part of hopeless) collector.push(part);
  collector.push(packet(SHORT, 6));
  const missing = 2 + first.length - hopeless.length;
  expect(collector).toMatchObject({ recovered: 2, missing });
});

test('frames of which nothing came are one missing packet in a row', () => {
  const collector = new PartCollector();
  for (const sequence of [10, 11, 15, 16, 18]) {
    collector.push(packet(SHORT, sequence));
  }
  expect(collector).toMatchObject({ recovered: 0, missing: 2, passed: 17 });
});

test('nobody waits for what was before a key frame', () => {
  const collector = new PartCollector();
  collector.push(packet(SHORT, 10));
  collector.push({ ...packet(SHORT, 15), reference: undefined });
  expect(collector.passed).toBe(-Infinity);
});

test('without loss a frame stays whole', () => {
  const whole = packet(new Uint8Array(5000));
  expect(splitPacket(whole, 0)).toEqual([whole]);
  expect(new PartCollector().push(whole)).toBe(whole);
});

test('parts that do not belong together make no frame', () => {
  const [first] = inParts(3);
  const others = splitPacket(packet(new Uint8Array(BYTES - 100).fill(1)), LOSS);
  const collector = new PartCollector();
  for (const part of first ? [first, ...others] : others) {
    expect(collector.push(part)).toBeUndefined();
  }
});

test('frames that stay incomplete are forgotten in the end', () => {
  const collector = new PartCollector();
  const [first, ...others] = inParts(0);
  if (first) collector.push(first);
  for (let sequence = 1; sequence <= 100; sequence += 1) {
    const [part] = inParts(sequence);
    if (part) collector.push(part);
  }
  expect(collector.push(others[0] ?? packet(SHORT))).toBeUndefined();
});
