import {
  CodecError,
  type CodecErrorCode,
  type DecodedFrame,
  type Decoder,
} from '@inncall/codec-core';
import type { FeedbackReport } from '@inncall/sfu/protocol';
import { describe, expect, test } from 'vitest';
import type { Packet } from '../transport/packet.js';
import { splitPacket } from '../transport/parts.js';
import { WorkQueue } from '../workQueue.js';
import { DecodeStream } from './decodeStream.js';

function packet(
  sequence: number,
  keyFrame = false,
  reference: number | undefined = sequence - 1,
): Packet {
  return {
    sequence,
    captureTime: 1000 + sequence * 40,
    stamps: { read: 1, encodeStart: 2, encodeEnd: 12, sent: 13 },
    reference: keyFrame ? undefined : reference,
    color: { matrix: 'bt601', fullRange: false },
    data: new Uint8Array([sequence, keyFrame ? 1 : 0, reference]),
  };
}

/** Needs the frame that a frame names, as the real one does. */
class ChainDecoder implements Decoder {
  readonly #held = new Set<number>();
  errorOn: { sequence: number; code: CodecErrorCode } | undefined;
  exact = false;

  decode(data: Uint8Array, timestamp: number): Promise<DecodedFrame> {
    const sequence = data[0] ?? 0;
    if (this.errorOn?.sequence === sequence) {
      return Promise.reject(new CodecError(this.errorOn.code, 'broken on purpose'));
    }
    if (data[1] === 1) this.#held.clear();
    else if (!this.#held.has(data[2] ?? 0)) {
      return Promise.reject(new CodecError('missing-reference', 'no reference'));
    }
    this.#held.add(sequence);
    return Promise.resolve({
      frame: { width: 16, height: 16, timestamp, data: new Uint8Array(384) },
      stats: {
        type: data[1] === 1 ? 'key' : 'predicted',
        frameId: sequence,
        qp: 20,
        exact: this.exact,
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
  const reports: FeedbackReport[] = [];
  const stream = new DecodeStream({
    decoder,
    work: new WorkQueue(),
    now: () => clock.now,
    show: (_, { sequence }) => shown.push(sequence),
    onReport: (report) => reports.push(report),
    onKeyFrameNeeded: () => asked.push(clock.now),
  });
  const receive = async (...packets: Packet[]): Promise<void> => {
    clock.now += 40;
    stream.push(packets);
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const wait = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.now += 50;
      stream.tick();
    }
  };
  return { stream, decoder, clock, shown, asked, reports, receive, wait };
}

describe('DecodeStream', () => {
  test('shows each frame once, in order, with its timeline', async () => {
    const { stream, shown, receive } = setUp();
    await receive(packet(0, true));
    await receive(packet(2));
    await receive(packet(1), packet(1));
    await receive(packet(0, true));
    expect(shown).toEqual([0, 1, 2]);
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

  test('a picture in parts is shown as soon as enough of them are here', async () => {
    const { stream, shown, receive } = setUp();
    const long = { ...packet(1), data: new Uint8Array([1, 0, 0, ...new Uint8Array(2500)]) };
    const [first, ...others] = splitPacket(long, 0.02);
    const enough = first?.part?.count ?? 0;
    expect(others.length).toBe(enough);
    await receive(packet(0, true));
    await receive(...others.slice(0, -1));
    expect(shown).toEqual([0]);
    await receive(...others.slice(-1));
    expect(shown).toEqual([0, 1]);
    await receive(packet(2));
    if (first) await receive(first);
    expect(shown).toEqual([0, 1, 2]);
    expect(stream.stats).toMatchObject({ received: 3, recovered: 1, duplicates: 0 });
    await stream.close();
  });

  test('pictures that begin to wait for their sound do so step by step, without a stop', async () => {
    const { stream, receive } = setUp();
    await receive(packet(0, true));
    const [first] = stream.takeTimelines();
    const latency = (first?.shownAt ?? 0) - 1000;
    stream.leastLatency = latency + 50;
    for (let sequence = 1; sequence < 6; sequence++) await receive(packet(sequence));
    const later = stream.takeTimelines().map((line) => line.shownAt - line.captureTime - latency);
    expect(later).toEqual([20, 40, 50, 50, 50]);
    await stream.close();
  });

  test('tells since when its pictures are exact', async () => {
    const { stream, decoder, receive } = setUp();
    const exactAfter = async (next: Packet, exact: boolean): Promise<number | undefined> => {
      decoder.exact = exact;
      await receive(next);
      return stream.stats.exactSince;
    };
    expect(await exactAfter(packet(0, true), false)).toBeUndefined();
    expect(await exactAfter(packet(1), true)).toBe(1040);
    expect(await exactAfter(packet(2), true)).toBe(1040);
    expect(await exactAfter(packet(3), false)).toBeUndefined();
    expect(await exactAfter(packet(4), true)).toBe(1160);
    await stream.close();
  });

  test('waits for the first key frame before it asks for one', async () => {
    const { stream, asked, receive, wait, shown, reports } = setUp();
    await receive(packet(7));
    expect(reports).toMatchObject([{ acknowledged: [], lost: [7], needsKeyFrame: false }]);
    expect(reports[0]?.arrivals.map(({ sequence }) => sequence)).toEqual([7]);
    wait(250);
    expect(asked).toEqual([]);
    wait(1500);
    await receive(packet(8));
    expect(asked.length).toBeGreaterThanOrEqual(1);
    expect(reports.some(({ needsKeyFrame }) => needsKeyFrame)).toBe(true);
    await receive(packet(9, true));
    expect(shown).toEqual([9]);
    expect(stream.stats.errors).toEqual({});
    expect(stream.stats.repairs.count).toBe(0);
    await stream.close();
  });

  test('keeps the last picture while a reference is missing, and goes on with another', async () => {
    const { stream, asked, receive, shown, reports } = setUp();
    for (let sequence = 0; sequence < 5; sequence += 1) {
      await receive(packet(sequence, sequence === 0));
    }
    await receive(packet(6));
    await receive(packet(7));
    expect(shown).toEqual([0, 1, 2, 3, 4]);
    expect(reports.at(-1)?.lost).toEqual([5]);
    await receive(packet(8, false, 3));
    await receive(packet(9));
    expect(shown).toEqual([0, 1, 2, 3, 4, 8, 9]);
    expect(asked).toEqual([]);
    expect(stream.stats).toMatchObject({ missing: 1, skipped: 2, keyFrames: 1 });
    expect(stream.stats.repairs).toMatchObject({ count: 1, max: 80, by: { reference: 1 } });
    expect(stream.takeRepairs()).toEqual([{ by: 'reference', ms: 80 }]);
    await stream.close();
  });

  test('tells the sender of a damaged frame and asks seldom for a key frame', async () => {
    const { stream, asked, receive, wait, shown, decoder, reports } = setUp();
    await receive(packet(0, true));
    decoder.errorOn = { sequence: 1, code: 'checksum-mismatch' };
    for (let sequence = 1; sequence < 8; sequence += 1) await receive(packet(sequence));
    expect(reports.at(-1)?.lost).toContain(1);
    expect(shown).toEqual([0]);
    wait(1400);
    expect(asked.length).toBeGreaterThanOrEqual(1);
    expect(asked.length).toBeLessThanOrEqual(3);
    await receive(packet(8, true));
    await receive(packet(9));
    expect(shown).toEqual([0, 8, 9]);
    expect(stream.stats.checksumMismatches).toBe(1);
    expect(stream.stats.freezes).toBe(1);
    expect(stream.stats.repairs.by).toEqual({ retransmission: 0, reference: 0, keyFrame: 1 });
    await stream.close();
  });

  test('asks for a first picture when nothing comes at all', async () => {
    const { stream, asked, receive, wait } = setUp();
    wait(3900);
    expect(asked).toEqual([]);
    wait(10_000);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(asked.length).toBeLessThanOrEqual(3);
    await receive(packet(0, true));
    const before = asked.length;
    wait(10_000);
    expect(asked).toHaveLength(before);
    await stream.close();
  });

  test('acknowledges every decoded frame once', async () => {
    const { stream, receive, wait, reports } = setUp();
    for (let sequence = 0; sequence < 10; sequence += 1) {
      await receive(packet(sequence, sequence === 0));
    }
    wait(200);
    expect(reports.flatMap(({ acknowledged }) => acknowledged)).toEqual(
      Array.from({ length: 10 }, (_, index) => index),
    );
    expect(reports.length).toBeLessThan(7);
    await stream.close();
  });

  test('a pause on purpose is neither a freeze nor a loss, and asks for nothing', async () => {
    const { stream, shown, asked, reports, receive, wait } = setUp();
    await receive(packet(0, true), packet(1));
    wait(200);
    const before = reports.length;
    stream.standing = true;
    // Under way when the pause began; the one before it was not sent any more.
    await receive(packet(3));
    wait(60_000);
    expect(asked).toEqual([]);
    expect(reports.length).toBe(before);
    stream.standing = false;
    await receive(packet(900, true), packet(901));
    expect(shown).toEqual([0, 1, 900, 901]);
    expect(stream.stats).toMatchObject({ missing: 0, freezes: 0, repairs: { count: 0 } });
    await stream.close();
  });

  test('after a pause on purpose it asks for a key frame that does not come', async () => {
    const { stream, asked, receive, wait } = setUp();
    await receive(packet(0, true));
    stream.standing = true;
    wait(1000);
    stream.standing = false;
    await receive(packet(500));
    wait(1100);
    expect(asked).toEqual([]);
    wait(400);
    expect(asked.length).toBeGreaterThan(0);
    await stream.close();
  });
});
