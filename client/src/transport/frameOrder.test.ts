import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameOrder } from './frameOrder.js';
import type { Packet } from './packet.js';

function packet(sequence: number, keyFrame = false): Packet {
  return {
    sequence,
    captureTime: sequence,
    stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
    keyFrame,
    color: { matrix: 'bt601', fullRange: false },
    data: new Uint8Array(1),
  };
}

const sequences = (packets: readonly Packet[]) => packets.map(({ sequence }) => sequence);

describe('FrameOrder', () => {
  test('gives every packet once and in order, whatever order and repetition it comes in', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 12 }, (_, index) => index + 1),
          { minLength: 12 },
        ),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 }),
        (order, repeats) => {
          const frames = new FrameOrder({ maxWait: 1e9, maxWaiting: 100 });
          const arrivals = [0, ...order, ...repeats];
          const out = arrivals.flatMap((sequence) => frames.push(packet(sequence), 0));
          expect(sequences(out)).toEqual(Array.from({ length: 13 }, (_, index) => index));
          expect(frames.counts).toEqual({ duplicates: repeats.length, late: 0, missing: 0 });
        },
      ),
    );
  });

  test('holds a gap for its time, then gives it up and counts it', () => {
    const frames = new FrameOrder({ maxWait: 100, maxWaiting: 10 });
    expect(sequences(frames.push(packet(0), 0))).toEqual([0]);
    expect(frames.push(packet(2), 10)).toEqual([]);
    expect(frames.deadline).toBe(110);
    expect(frames.poll(109)).toEqual([]);
    expect(sequences(frames.poll(110))).toEqual([2]);
    expect(frames.deadline).toBeUndefined();
    expect(frames.counts.missing).toBe(1);
  });

  test('a packet that comes after its gap was given up is late, not a duplicate', () => {
    const frames = new FrameOrder({ maxWait: 100, maxWaiting: 10 });
    frames.push(packet(0), 0);
    frames.push(packet(2), 0);
    frames.poll(100);
    expect(frames.push(packet(1), 120)).toEqual([]);
    expect(frames.push(packet(1), 121)).toEqual([]);
    expect(frames.counts).toEqual({ duplicates: 1, late: 1, missing: 0 });
  });

  test('a key frame ends a gap at once', () => {
    const frames = new FrameOrder({ maxWait: 100, maxWaiting: 10 });
    frames.push(packet(0), 0);
    frames.push(packet(3), 1);
    expect(sequences(frames.push(packet(5, true), 2))).toEqual([5]);
    expect(sequences(frames.push(packet(6), 3))).toEqual([6]);
  });

  test('too many waiting packets end a gap', () => {
    const frames = new FrameOrder({ maxWait: 1e9, maxWaiting: 2 });
    frames.push(packet(0), 0);
    frames.push(packet(2), 0);
    frames.push(packet(3), 0);
    expect(sequences(frames.push(packet(4), 0))).toEqual([2, 3, 4]);
  });
});
