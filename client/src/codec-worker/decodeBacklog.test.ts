import { describe, expect, test } from 'vitest';
import type { Packet } from '../transport/packet.js';
import { DecodeBacklog } from './decodeBacklog.js';

function packet(sequence: number, keyFrame = false): Packet {
  return {
    sequence,
    captureTime: 0,
    stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
    reference: keyFrame ? undefined : sequence - 1,
    color: { matrix: 'bt601', fullRange: false },
    data: new Uint8Array(1),
  };
}

function drain(backlog: DecodeBacklog): number[] {
  const out: number[] = [];
  for (let next = backlog.shift(); next; next = backlog.shift()) out.push(next.sequence);
  return out;
}

describe('DecodeBacklog', () => {
  test('keeps everything while decoding keeps up', () => {
    const backlog = new DecodeBacklog(4, () => expect.unreachable());
    for (let index = 0; index < 4; index += 1) backlog.push(packet(index));
    expect(drain(backlog)).toEqual([0, 1, 2, 3]);
    expect(backlog.dropped).toBe(0);
  });

  test('continues at the newest key frame when it falls behind', () => {
    const dropped: number[] = [];
    const backlog = new DecodeBacklog(4, (packets) => {
      dropped.push(...packets.map(({ sequence }) => sequence));
    });
    for (let index = 0; index < 5; index += 1) backlog.push(packet(index, index === 3));
    expect(drain(backlog)).toEqual([3, 4]);
    expect(dropped).toEqual([0, 1, 2]);
    expect(backlog.dropped).toBe(3);
  });

  test('without a key frame it drops all', () => {
    const backlog = new DecodeBacklog(4, (packets) => {
      expect(packets.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4]);
    });
    for (let index = 0; index < 5; index += 1) backlog.push(packet(index));
    expect(drain(backlog)).toEqual([]);
    expect(backlog.dropped).toBe(5);
    expect.assertions(3);
  });

  test('a key frame at the front is never dropped for itself', () => {
    const backlog = new DecodeBacklog(2, () => expect.unreachable());
    for (let index = 0; index < 6; index += 1) backlog.push(packet(index, index === 0));
    expect(drain(backlog)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
