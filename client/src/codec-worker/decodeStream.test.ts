import {
  CodecError,
  type CodecErrorCode,
  type DecodedFrame,
  type Decoder,
} from '@inncall/codec-core';
import { describe, expect, test } from 'vitest';
import type { Packet } from '../transport/packet.js';
import { WorkQueue } from '../workQueue.js';
import { DecodeStream } from './decodeStream.js';

function packet(sequence: number, keyFrame = false): Packet {
  return {
    sequence,
    captureTime: 1000 + sequence * 40,
    stamps: { read: 1, encodeStart: 2, encodeEnd: 12, sent: 13 },
    keyFrame,
    color: { matrix: 'bt601', fullRange: false },
    data: new Uint8Array([sequence, keyFrame ? 1 : 0]),
  };
}

/** Needs every frame in order after a key frame, as the real one does. */
class ChainDecoder implements Decoder {
  #expected: number | undefined;
  errorOn: { sequence: number; code: CodecErrorCode } | undefined;

  decode(data: Uint8Array, timestamp: number): Promise<DecodedFrame> {
    const sequence = data[0] ?? 0;
    if (this.errorOn?.sequence === sequence) {
      return Promise.reject(new CodecError(this.errorOn.code, 'broken on purpose'));
    }
    if (data[1] !== 1 && sequence !== this.#expected) {
      return Promise.reject(new CodecError('missing-reference', 'no reference'));
    }
    this.#expected = sequence + 1;
    return Promise.resolve({
      frame: { width: 16, height: 16, timestamp, data: new Uint8Array(384) },
      stats: {
        type: data[1] === 1 ? 'key' : 'predicted',
        frameId: sequence,
        qp: 20,
        bytes: data.length,
        bits: {},
        activeShare: 1,
        stages: {},
        checksum: 0,
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function setUp() {
  const decoder = new ChainDecoder();
  const clock = { now: 5000 };
  const shown: number[] = [];
  const asked: number[] = [];
  let firstPictures = 0;
  const stream = new DecodeStream({
    decoder,
    work: new WorkQueue(),
    now: () => clock.now,
    show: (_, { sequence }) => shown.push(sequence),
    onKeyFrameNeeded: () => asked.push(clock.now),
    onFirstPicture: () => (firstPictures += 1),
  });
  const receive = async (...packets: Packet[]): Promise<void> => {
    clock.now += 40;
    stream.push(packets);
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { stream, decoder, clock, shown, asked, receive, firstPictures: () => firstPictures };
}

describe('DecodeStream', () => {
  test('shows each frame once, in order, with its timeline', async () => {
    const { stream, shown, receive, firstPictures } = setUp();
    await receive(packet(0, true));
    await receive(packet(2));
    await receive(packet(1), packet(1));
    await receive(packet(0, true));
    expect(shown).toEqual([0, 1, 2]);
    expect(firstPictures()).toBe(1);
    expect(stream.stats).toMatchObject({
      received: 3,
      decoded: 3,
      rendered: 3,
      keyFrames: 1,
      duplicates: 2,
    });
    const lines = stream.takeTimelines();
    expect(lines.map(({ captureTime }) => captureTime)).toEqual([1000, 1040, 1080]);
    expect(lines[0]).toMatchObject({ encodeEnd: 1012, sent: 1013, received: 5040 });
    expect(stream.takeTimelines()).toEqual([]);
    await stream.close();
  });

  test('waits for the first key frame before it asks for one', async () => {
    const { stream, asked, receive, clock, shown } = setUp();
    await receive(packet(7));
    expect(asked).toEqual([]);
    clock.now += 500;
    await receive(packet(8));
    expect(asked).toHaveLength(1);
    await receive(packet(9, true));
    expect(shown).toEqual([9]);
    expect(stream.stats.errors).toEqual({ 'missing-reference': 2 });
    await stream.close();
  });

  test('keeps the last picture and asks seldom while a reference is missing', async () => {
    const { stream, asked, receive, clock, shown, decoder } = setUp();
    await receive(packet(0, true));
    clock.now += 1000;
    decoder.errorOn = { sequence: 1, code: 'checksum-mismatch' };
    for (let sequence = 1; sequence < 8; sequence += 1) await receive(packet(sequence));
    expect(shown).toEqual([0]);
    expect(asked).toHaveLength(1);
    await receive(packet(8, true));
    await receive(packet(9));
    expect(shown).toEqual([0, 8, 9]);
    expect(stream.stats.checksumMismatches).toBe(1);
    expect(stream.stats.freezes).toBe(1);
    await stream.close();
  });
});
