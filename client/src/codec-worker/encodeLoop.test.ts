import type { FeedbackReport } from '@inncall/sfu/protocol';
import {
  createRateController,
  type EncodedFrame,
  type Encoder,
  type I420Frame,
  type OperatingPoint,
} from '@inncall/codec-core';
import { describe, expect, test, vi } from 'vitest';
import type { PendingPacket } from '../transport/carrierSender.js';
import { EncodeLoop, type PacketCarrier } from './encodeLoop.js';

const SIZE = { width: 64, height: 48 };
const FRAME_MS = 40;

const report = (told: Partial<FeedbackReport>): FeedbackReport => ({
  ...{ acknowledged: [], lost: [], needsKeyFrame: false, arrivals: [] },
  ...told,
});

class Frame {
  closed = false;
  readonly timestamp: number;
  constructor(index: number) {
    this.timestamp = index * FRAME_MS * 1000;
  }
  close(): void {
    this.closed = true;
  }
}

/** Codes nothing: it stands in for the codec, whose own tests are elsewhere. */
class CountingEncoder implements Encoder {
  readonly reconstruction = undefined;
  readonly points: OperatingPoint[] = [];
  #frameId = -1;
  failNext = false;
  /** By how much coarser than asked for it codes frames that are given limits. */
  coarser = 0;

  encode(_frame: I420Frame, point: OperatingPoint): Promise<EncodedFrame> {
    if (this.failNext) {
      this.failNext = false;
      return Promise.reject(new Error('broken on purpose'));
    }
    this.points.push(point);
    if (point.again !== true) this.#frameId += 1;
    const data = new Uint8Array(100);
    return Promise.resolve({
      data,
      stats: {
        type: point.keyFrame === true ? 'key' : 'predicted',
        frameId: this.#frameId,
        qp: point.qp + (point.limits && point.keyFrame !== true ? this.coarser : 0),
        exact: point.qp === 0,
        bytes: data.length,
        bits: {},
        activeShare: 0.5,
        stages: {},
        checksum: 0,
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class Carrier implements PacketCarrier {
  flowing = true;
  probes = 0;
  readonly lost = 0;
  readonly packets: PendingPacket[] = [];
  onSend: ((pending: PendingPacket) => void) | undefined;

  get sent(): number {
    return this.packets.length;
  }

  probe(): Promise<void> {
    this.probes += 1;
    return Promise.resolve();
  }

  send(_timestamp: number, pending: PendingPacket): Promise<void> {
    this.packets.push(pending);
    this.onSend?.(pending);
    return Promise.resolve();
  }
}

function setUp() {
  const encoder = new CountingEncoder();
  const carrier = new Carrier();
  const clock = { now: 1_000_000 };
  const rate = createRateController({ ...SIZE, frameRate: 1000 / FRAME_MS });
  const loop = new EncodeLoop<Frame>({
    readPicture: () =>
      Promise.resolve({
        ...SIZE,
        data: new Uint8Array((SIZE.width * SIZE.height * 3) / 2),
        color: { matrix: 'bt601', fullRange: false },
      }),
    createEncoder: () => encoder,
    rate,
    carrier,
    now: () => clock.now,
  });
  let frames!: ReadableStreamDefaultController<Frame>;
  void loop.read(new ReadableStream({ start: (controller) => (frames = controller) }));
  const capture = async (index: number): Promise<Frame> => {
    const frame = new Frame(index);
    clock.now = 1_000_000 + index * FRAME_MS;
    frames.enqueue(frame);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return frame;
  };
  const captureAll = async (indices: readonly number[]): Promise<void> => {
    clock.now = 1_000_000 + (indices.at(-1) ?? 0) * FRAME_MS;
    for (const index of indices) frames.enqueue(new Frame(index));
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { loop, clock, encoder, rate, carrier, capture, captureAll };
}

const isKeyFrame = ({ packet }: PendingPacket): boolean => packet.reference === undefined;

describe('EncodeLoop', () => {
  test('codes each frame, numbers the packets and frees every frame', async () => {
    const { loop, carrier, capture } = setUp();
    const frames = [];
    for (let index = 0; index < 5; index += 1) frames.push(await capture(index));
    expect(carrier.packets.map(({ packet }) => packet.sequence)).toEqual([0, 1, 2, 3, 4]);
    expect(carrier.packets.map(({ packet }) => packet.reference)).toEqual([undefined, 0, 1, 2, 3]);
    expect(frames.every(({ closed }) => closed)).toBe(true);
    expect(loop.stats).toMatchObject({ captured: 5, encoded: 5, sent: 5, keyFrames: 1 });
    await loop.close();
  });

  test('tells the encoder what link and device allow, and the controller the index that it took', async () => {
    const { loop, encoder, rate, capture } = setUp();
    const judge = vi.spyOn(rate, 'judge');
    encoder.coarser = 3;
    for (let index = 0; index < 4; index += 1) await capture(index);
    const judged = judge.mock.calls.map(([plan]) => plan);
    expect(judged).toHaveLength(encoder.points.length);
    const first = encoder.points.filter(({ keyFrame, again }) => !keyFrame && !again);
    expect(first).toHaveLength(3);
    for (const [index, { qp, keyFrame, again, limits }] of encoder.points.entries()) {
      const plan = judged[index];
      const planned = {
        wantedBytes: plan?.allowanceBytes,
        mostBytes: plan?.maxBytes,
        mostBlocks: plan?.timelyBlocks,
        finestQp: plan?.finestQp,
      };
      // What was coded already tells more than what its residuals foretold.
      expect(limits).toEqual(again === true ? undefined : planned);
      expect(plan?.qp).toBe(keyFrame === true || again === true ? qp : qp + 3);
    }
    await loop.close();
  });

  test('goes on with the newest of the frames that came while one was coded', async () => {
    const { loop, carrier, captureAll } = setUp();
    await captureAll([0]);
    await captureAll([1, 2, 3, 4]);
    const captured = carrier.packets.map(({ packet }) => Math.round(packet.captureTime / FRAME_MS));
    expect(captured.map((time) => time - (captured[0] ?? 0)).at(-1)).toBe(4);
    expect(loop.stats).toMatchObject({ captured: 5, encoded: carrier.packets.length });
    expect(loop.stats.drops.late).toBe(5 - carrier.packets.length);
    expect(carrier.packets.length).toBeLessThanOrEqual(3);
    await loop.close();
  });

  test('probes the carrier while it does not flow and counts what is lost by it', async () => {
    const { loop, carrier, capture } = setUp();
    carrier.flowing = false;
    await capture(0);
    await capture(1);
    carrier.flowing = true;
    await capture(2);
    expect(carrier.probes).toBe(2);
    expect(loop.stats.drops.transport).toBe(2);
    expect(carrier.packets.map(isKeyFrame)).toEqual([true]);
    await loop.close();
  });

  test('a failed frame is counted and the next one is a key frame', async () => {
    const { loop, carrier, encoder, capture } = setUp();
    await capture(0);
    encoder.failNext = true;
    await capture(20);
    await capture(21);
    expect(loop.stats.drops.failed).toBe(1);
    expect(loop.stats.lastError).toBe('broken on purpose');
    expect(carrier.packets.slice(-1).map(isKeyFrame)).toEqual([true]);
    await loop.close();
  });

  test('codes nothing while paused and begins anew with a key frame', async () => {
    const { loop, carrier, capture } = setUp();
    await capture(0);
    loop.paused = true;
    await capture(1);
    await capture(2);
    loop.paused = false;
    await capture(30);
    expect(loop.stats.drops.paused).toBe(2);
    expect(carrier.packets.map(isKeyFrame)).toEqual([true, true]);
    // Only the first of the two comes long enough after another carrier.
    expect(carrier.probes).toBe(1);
    await loop.close();
  });

  test('a PLI and a message about the same loss give one key frame', async () => {
    const { loop, clock, carrier, capture } = setUp();
    for (let index = 0; index < 20; index += 1) await capture(index);
    loop.requestKeyFrame(clock.now);
    loop.noteCarrierRestart();
    await capture(20);
    loop.requestKeyFrame(clock.now);
    for (let index = 21; index < 50; index += 1) await capture(index);
    expect(carrier.packets.filter(isKeyFrame)).toHaveLength(2);
    await loop.close();
  });

  test('a message that was read late is served by the key frame coded meanwhile', async () => {
    const { loop, clock, carrier, capture } = setUp();
    for (let index = 0; index < 20; index += 1) await capture(index);
    const wantedAt = clock.now;
    loop.noteCarrierRestart();
    for (let index = 20; index < 40; index += 1) await capture(index);
    loop.requestKeyFrame(wantedAt);
    await capture(40);
    expect(carrier.packets.filter(isKeyFrame)).toHaveLength(2);
    loop.clockOffset = 1000;
    loop.requestKeyFrame(clock.now + 1000);
    await capture(41);
    expect(carrier.packets.filter(isKeyFrame)).toHaveLength(3);
    await loop.close();
  });

  test('after a restart of the carrier only a key frame that is still to leave serves', async () => {
    const { loop, clock, carrier, capture } = setUp();
    carrier.onSend = ({ packet }) => {
      if (packet.sequence === 0) loop.noteCarrierRestart();
    };
    for (let index = 0; index < 20; index += 1) await capture(index);
    expect(carrier.packets.filter(isKeyFrame)).toHaveLength(1);
    loop.requestKeyFrame(clock.now);
    await capture(20);
    loop.noteCarrierRestart();
    for (let index = 21; index < 50; index += 1) await capture(index);
    expect(carrier.packets.filter(isKeyFrame)).toHaveLength(3);
    await loop.close();
  });

  test('a reported loss is answered from an acknowledged frame', async () => {
    const { loop, carrier, encoder, capture } = setUp();
    for (let index = 0; index < 20; index += 1) await capture(index);
    loop.noteReport('ann', report({ acknowledged: [15, 16], lost: [17] }));
    await capture(20);
    await capture(21);
    expect(carrier.packets.slice(-2).map(({ packet }) => packet.reference)).toEqual([16, 20]);
    const named = encoder.points.slice(-2).map(({ reference, keep }) => ({ reference, keep }));
    expect(named).toEqual([
      { reference: 16, keep: 16 },
      { reference: 20, keep: 16 },
    ]);
    expect(loop.stats).toMatchObject({ keyFrames: 1, repairs: 1 });
    await loop.close();
  });

  test('a receiver that holds nothing gets a key frame', async () => {
    const { loop, carrier, capture } = setUp();
    for (let index = 0; index < 20; index += 1) await capture(index);
    loop.noteReport('ann', report({ acknowledged: [18] }));
    loop.noteReport('late', report({ lost: [19], needsKeyFrame: true }));
    await capture(20);
    expect(carrier.packets.slice(-1).map(isKeyFrame)).toEqual([true]);
    await loop.close();
  });

  test('frames are held back while a receiver tells of a queue, but not for ever', async () => {
    const { loop, carrier, capture } = setUp();
    const tell = (sequence: number, tripMs: number) =>
      loop.noteReport(
        'ann',
        report({ acknowledged: [sequence], arrivals: [{ sequence, tripMs }] }),
      );
    for (let index = 0; index < 10; index += 1) {
      await capture(index);
      tell(index, 50);
    }
    expect(carrier.packets).toHaveLength(10);
    for (let index = 10; index < 16; index += 1) await capture(index);
    // What left at 10 is here only now, after 900 ms: the next frame waits until 40 ms times 31.
    tell(10, 950);
    for (let index = 16; index < 28; index += 1) await capture(index);
    const held = loop.stats.drops['frame-rate'];
    expect(held).toBeGreaterThanOrEqual(8);
    expect(held).toBeLessThanOrEqual(10);
    loop.removeReceiver('ann');
    for (let index = 28; index < 31; index += 1) await capture(index);
    expect(loop.stats.drops['frame-rate']).toBe(held);
    await loop.close();
  });

  test('a lost frame is sent once more while nothing waits', async () => {
    const { loop, carrier, capture } = setUp();
    for (let index = 0; index < 20; index += 1) await capture(index);
    const sequences = () => carrier.packets.map(({ packet }) => packet.sequence).slice(-2);
    loop.noteReport('ann', report({ acknowledged: [16], lost: [17, 18] }));
    loop.noteReport('ann', report({ lost: [17, 18] }));
    expect(sequences()).toEqual([17, 18]);
    loop.noteReport('ann', report({ lost: [16, 17, 18, 19] }));
    expect(sequences()).toEqual([17, 18]);
    await loop.close();
  });

  test('a PLI at the end of an outage is answered from an acknowledged frame', async () => {
    const { loop, clock, carrier, capture } = setUp();
    for (let index = 0; index < 20; index += 1) await capture(index);
    loop.noteReport('ann', report({ acknowledged: [18] }));
    for (let index = 20; index < 60; index += 1) await capture(index);
    loop.noteReport('ann', report({ lost: [20] }));
    loop.requestKeyFrame(clock.now);
    await capture(60);
    expect(carrier.packets.at(-1)?.packet.reference).toBe(18);
    expect(loop.stats).toMatchObject({ keyFrames: 1, repairs: 1 });
    await loop.close();
  });

  test('what follows a frame that is overdue is predicted from one that was acknowledged', async () => {
    const { loop, carrier, capture } = setUp();
    const tell = (sequence: number) =>
      loop.noteReport(
        'ann',
        report({ acknowledged: [sequence], arrivals: [{ sequence, tripMs: 30 }] }),
      );
    for (let index = 0; index < 10; index += 1) {
      await capture(index);
      tell(index);
    }
    for (let index = 10; index < 15; index += 1) await capture(index);
    const references = carrier.packets.slice(-5).map(({ packet }) => packet.reference);
    expect(references.slice(0, 2)).toEqual([9, 10]);
    expect(references.at(-1)).toBe(9);
    await loop.close();
  });

  test('pictures go in parts while packets get lost, key frames always', async () => {
    const { loop, clock, carrier, capture } = setUp();
    for (let index = 0; index < 80; index += 1) {
      await capture(index);
      expect(carrier.packets.at(-1)?.loss).toBe(index === 0 ? 0.02 : 0);
    }
    for (const recovered of [0, 4, 5]) {
      clock.now += 1500;
      const lost = recovered === 0 ? [79] : [];
      loop.noteReport('ann', report({ acknowledged: [78], lost, recovered, missing: 3 }));
    }
    await capture(160);
    expect(carrier.packets.at(-1)?.loss).toBeGreaterThan(0.02);
    await loop.close();
  });

  test('stamps are offsets to the capture in room time', async () => {
    const { loop, carrier, capture } = setUp();
    loop.clockOffset = 500;
    await capture(3);
    const packet = carrier.packets[0]?.packet;
    expect(packet?.captureTime).toBe(1_000_000 + 3 * FRAME_MS + 500);
    expect(packet?.stamps.read).toBe(0);
    await loop.close();
  });
});

describe('a captured screen that stands still', { timeout: 60_000 }, () => {
  const REPEAT_MS = 20;

  function setUpScreen() {
    const encoder = new CountingEncoder();
    const carrier = new Carrier();
    const loop = new EncodeLoop<Frame>({
      readPicture: () =>
        Promise.resolve({
          ...SIZE,
          data: new Uint8Array((SIZE.width * SIZE.height * 3) / 2).fill(level),
          color: { matrix: 'bt601', fullRange: false },
        }),
      createEncoder: () => encoder,
      rate: createRateController({ ...SIZE, kind: 'screen', frameRate: 1000 / REPEAT_MS }),
      carrier,
      now: () => performance.now(),
      repeatMs: REPEAT_MS,
    });
    let level = 0;
    let frames!: ReadableStreamDefaultController<Frame>;
    void loop.read(new ReadableStream({ start: (controller) => (frames = controller) }));
    const capture = (value: number) => {
      level = value;
      frames.enqueue(new Frame(performance.now() / FRAME_MS));
    };
    return { loop, encoder, carrier, capture };
  }

  test('is coded finer and finer until it is exact, and after a change anew', async () => {
    const { loop, encoder, carrier, capture } = setUpScreen();
    capture(10);
    await vi.waitFor(() => expect(encoder.points.at(-1)?.qp).toBe(0), 20_000);
    const coded = encoder.points.length;
    const times = carrier.packets.map(({ packet }) => packet.captureTime);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    await vi.waitFor(() => expect(carrier.probes).toBeGreaterThanOrEqual(2), 20_000);
    expect(encoder.points).toHaveLength(coded);

    capture(10);
    await vi.waitFor(() => expect(loop.stats.drops.unchanged).toBeGreaterThanOrEqual(1), 20_000);
    expect(encoder.points).toHaveLength(coded);

    capture(90);
    await vi.waitFor(() => expect(encoder.points[coded]?.qp).toBeGreaterThan(0), 20_000);
    await vi.waitFor(() => expect(encoder.points.at(-1)?.qp).toBe(0), 20_000);
    await loop.close();
  });

  test('stays in step with what the transport says of the link', async () => {
    const { loop, encoder, capture } = setUpScreen();
    const reading = {
      ...{ availableOutgoingBitrate: 1e6, audioBitrate: 40_000 },
      ...{ rttMs: 20, lossFraction: 0, jitterMs: 1 },
    };
    loop.noteNetwork(reading);
    capture(10);
    const timer = setInterval(() => loop.noteNetwork(reading), 100);
    await vi.waitFor(() => expect(encoder.points.at(-1)?.qp).toBe(0), 20_000);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const coded = encoder.points.length;
    loop.requestKeyFrame(performance.now());
    await vi.waitFor(() => expect(encoder.points.length).toBeGreaterThan(coded), 20_000);
    expect(loop.stats.videoPaused).toBe(false);
    clearInterval(timer);
    await loop.close();
  });

  test('is coded again for somebody who asks for a key frame', async () => {
    const { loop, encoder, capture } = setUpScreen();
    capture(10);
    await vi.waitFor(() => expect(encoder.points.at(-1)?.qp).toBe(0), 20_000);
    const coded = encoder.points.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    loop.requestKeyFrame(performance.now());
    const after = () => encoder.points.slice(coded);
    await vi.waitFor(() => expect(after().some((p) => p.keyFrame)).toBe(true), 20_000);
    await vi.waitFor(() => expect(after().at(-1)?.qp).toBe(0), 20_000);
    await loop.close();
  });

  test('that was captured while nobody watched is shown to the first who does', async () => {
    const { loop, encoder, capture } = setUpScreen();
    loop.paused = true;
    capture(10);
    await vi.waitFor(() => expect(loop.stats.drops.paused).toBe(1), 20_000);
    expect(encoder.points).toHaveLength(0);
    loop.paused = false;
    await vi.waitFor(() => expect(encoder.points.at(-1)?.qp).toBe(0), 20_000);
    expect(encoder.points[0]?.keyFrame).toBe(true);
    await loop.close();
  });

  test('is left alone while it is paused', async () => {
    const { loop, encoder, capture } = setUpScreen();
    capture(10);
    await vi.waitFor(() => expect(encoder.points.length).toBeGreaterThan(0), 20_000);
    loop.paused = true;
    await new Promise((resolve) => setTimeout(resolve, 2 * REPEAT_MS));
    const coded = encoder.points.length;
    await new Promise((resolve) => setTimeout(resolve, 5 * REPEAT_MS));
    expect(encoder.points).toHaveLength(coded);
    loop.paused = false;
    const after = () => encoder.points.slice(coded);
    await vi.waitFor(() => expect(after().some((p) => p.keyFrame)).toBe(true), 20_000);
    await loop.close();
  });
});
