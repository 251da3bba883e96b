import { expect, test } from 'vitest';
import type { PendingPacket } from '../transport/carrierSender.js';
import { divideFrame } from '../transport/frameDivision.js';
import { Resending } from './resending.js';

function pending(sequence: number, bytes = 1): PendingPacket {
  return {
    capturedAt: 0,
    packet: {
      sequence,
      captureTime: 0,
      stamps: { read: 0, encodeStart: 0, encodeEnd: 0, sent: 0 },
      reference: sequence - 1,
      color: { matrix: 'bt601', fullRange: false },
      data: new Uint8Array(bytes),
    },
  };
}

function sent(until: number): Resending {
  const resending = new Resending();
  for (let sequence = 0; sequence <= until; sequence += 1) {
    resending.sent(1000 * sequence, pending(sequence));
  }
  return resending;
}

test('a frame that is lost is sent once more, once', () => {
  const resending = sent(10);
  expect(resending.take({ lost: [8, 9] }, 20)).toEqual([
    { timestamp: 8000, pending: pending(8) },
    { timestamp: 9000, pending: pending(9) },
  ]);
  expect(resending.take({ lost: [9, 10] }, 20)).toEqual([
    { timestamp: 10_000, pending: pending(10) },
  ]);
});

test('not while frames wait for each other, nor many at once, nor old ones', () => {
  const resending = sent(40);
  expect(resending.take({ lost: [40] }, 100)).toEqual([]);
  expect(resending.take({ lost: [38, 39, 40] }, 0)).toEqual([]);
  expect(resending.take({ lost: [20] }, 0)).toEqual([]);
  expect(resending.take({ lost: [40] }, 0)).toHaveLength(1);
});

test('of a frame in parts so many further ones are sent as are lacking, all if nothing came', () => {
  const lossy = { ...pending(0, 4000), loss: 0.1 };
  const { count, total } = divideFrame(4000, 0.1);
  const resending = new Resending();
  resending.sent(0, lossy);
  const further = resending.take({ lost: [0], lacking: [2] }, 0);
  expect(further.map((sent) => sent.pending.packet.part)).toMatchObject([
    { index: total, count, total },
    { index: total + 1, count, total },
  ]);
  resending.sent(0, lossy);
  expect(resending.take({ lost: [0], lacking: [0] }, 0)).toHaveLength(total);
});
