import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameOrder } from './frameOrder.js';
import type { Packet } from './packet.js';

/** A packet that builds on the one before, unless it is told otherwise; `null`: a key frame. */
function packet(sequence: number, reference: number | null = sequence - 1): Packet {
  return {
    sequence,
    captureTime: sequence,
    stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
    reference: reference ?? undefined,
    color: { matrix: 'bt601', fullRange: false },
    data: new Uint8Array(1),
  };
}

const sequences = (packets: readonly Packet[]) => packets.map(({ sequence }) => sequence);
const NONE = { duplicates: 0, late: 0, missing: 0, skipped: 0 };

function started(until = 0): FrameOrder {
  const frames = new FrameOrder();
  frames.push(packet(0, null));
  for (let sequence = 1; sequence <= until; sequence += 1) frames.push(packet(sequence));
  return frames;
}

describe('FrameOrder', () => {
  test('gives every packet once and in order, whatever order and repetition it comes in', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 13 }, (_, index) => index),
          { minLength: 13 },
        ),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 }),
        (order, repeats) => {
          const frames = new FrameOrder();
          const out = [...order, ...repeats].flatMap((sequence) =>
            frames.push(packet(sequence, sequence === 0 ? null : sequence - 1)),
          );
          expect(sequences(out)).toEqual(Array.from({ length: 13 }, (_, index) => index));
          expect(frames.counts).toEqual({ ...NONE, duplicates: repeats.length });
          expect(frames.stuck).toBe(false);
          expect(frames.lost).toEqual([]);
        },
      ),
    );
  });

  test('whatever is lost, a frame is given out only after the one it builds on', () => {
    const stream = fc.array(
      fc.record({ back: fc.integer({ min: 0, max: 6 }), lost: fc.boolean(), swap: fc.nat(5) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(stream, (steps) => {
        const frames = new FrameOrder();
        const arrivals = steps
          .map(({ back, lost, swap }, sequence) => ({
            lost,
            at: sequence + swap,
            packet: packet(sequence, back === 0 || back > sequence ? null : sequence - back),
          }))
          .filter(({ lost }) => !lost)
          .sort((a, b) => a.at - b.at);
        const given: number[] = [];
        for (const arrival of arrivals) {
          for (const { sequence, reference } of frames.push(arrival.packet)) {
            if (reference !== undefined) expect(given).toContain(reference);
            expect(sequence).toBeGreaterThan(given.at(-1) ?? -1);
            given.push(sequence);
          }
          expect(frames.stuck).toBe(frames.lost.length > 0);
        }
        const { late, skipped } = frames.counts;
        expect(given.length + late + skipped).toBeLessThanOrEqual(arrivals.length);
      }),
    );
  });

  test('says what is missing until it comes', () => {
    const frames = started(2);
    expect(frames.push(packet(5))).toEqual([]);
    expect(frames.push(packet(6))).toEqual([]);
    expect(frames.lost).toEqual([3, 4]);
    expect(frames.push(packet(4))).toEqual([]);
    expect(frames.lost).toEqual([3]);
    expect(sequences(frames.push(packet(3)))).toEqual([3, 4, 5, 6]);
    expect(frames.lost).toEqual([]);
    expect(frames.counts).toEqual(NONE);
  });

  test('a frame that builds on one that is here ends a gap at once', () => {
    const frames = started(4);
    frames.push(packet(6));
    frames.push(packet(7));
    expect(sequences(frames.push(packet(9, 3)))).toEqual([9]);
    expect(sequences(frames.push(packet(10)))).toEqual([10]);
    expect(frames.counts).toEqual({ ...NONE, missing: 2, skipped: 2 });
    expect(frames.stuck).toBe(false);
  });

  test('a packet that comes after a newer frame is late, not a duplicate', () => {
    const frames = started(1);
    frames.push(packet(3, 1));
    expect(frames.push(packet(2))).toEqual([]);
    expect(frames.push(packet(2))).toEqual([]);
    expect(frames.counts).toEqual({ ...NONE, duplicates: 1, late: 1 });
  });

  test('a key frame leads on, and nothing before it is a reference any more', () => {
    const frames = started(1);
    expect(sequences(frames.push(packet(4, null)))).toEqual([4]);
    expect(frames.push(packet(5, 1))).toEqual([]);
    expect(frames.lost).toEqual([5]);
  });

  test('nothing builds on a frame that could not be decoded', () => {
    const frames = started(3);
    frames.fail(3);
    expect(frames.lost).toEqual([3]);
    expect(frames.push(packet(4))).toEqual([]);
    expect(frames.lost).toEqual([3, 4]);
    expect(sequences(frames.push(packet(5, 2)))).toEqual([5]);
    expect(frames.stuck).toBe(false);
  });

  test('a stream that is joined in the middle waits for a key frame', () => {
    const frames = new FrameOrder();
    expect(frames.push(packet(70))).toEqual([]);
    expect(frames.push(packet(71))).toEqual([]);
    expect(frames.lost).toEqual([70]);
    expect(sequences(frames.push(packet(72, null)))).toEqual([72]);
    expect(frames.counts).toEqual({ ...NONE, skipped: 2 });
  });

  test('what is known not to come is lost, though nothing waits for it yet', () => {
    const frames = started(3);
    frames.pass(3);
    expect(frames.stuck).toBe(false);
    frames.pass(5);
    expect(frames.stuck).toBe(true);
    expect(frames.lost).toEqual([4, 5]);
    expect(sequences(frames.push(packet(4)))).toEqual([4]);
    expect(frames.lost).toEqual([5]);
    expect(sequences(frames.push(packet(6, 4)))).toEqual([6]);
    expect(frames.stuck).toBe(false);
    expect(frames.lost).toEqual([]);
  });

  test('a first frame that will not come is lost', () => {
    const frames = new FrameOrder();
    frames.pass(7);
    expect(frames.lost).toEqual([7]);
    expect(frames.stuck).toBe(true);
    expect(sequences(frames.push(packet(8, null)))).toEqual([8]);
    expect(frames.lost).toEqual([]);
  });

  test('what is not here after a pause on purpose is not lost', () => {
    const frames = started(3);
    frames.expectPause();
    frames.pass(20);
    expect(frames.stuck).toBe(false);
    frames.push(packet(21, null));
    frames.pass(22);
    expect(frames.lost).toEqual([22]);
  });
});
