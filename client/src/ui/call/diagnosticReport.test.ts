import { expect, test } from 'vitest';
import type { CallStats } from '../../room/callStats.js';
import { diagnosticReport } from './diagnosticReport.js';

const context = {
  takenAt: new Date('2026-11-24T12:00:00Z'),
  room: 'daily',
  userAgent: 'Chromium 156',
  cores: 8,
  window: { width: 1280, height: 720, ratio: 2 },
  quality: 'auto',
  codec: { status: 'ready' },
} as const;

const sample = {
  at: 1000,
  clock: { offset: 3, uncertainty: 0.4, roundTrip: 1 },
  network: {
    availableOutgoingBitrate: 900_000,
    audioBitrate: 40_000,
    rttMs: 20,
    lossFraction: 0.01,
    jitterMs: 2,
  },
  producers: [
    {
      producerId: 'p',
      source: 'camera',
      codec: 'inn',
      layer: 2,
      wanted: true,
      stats: {
        captured: 100,
        encoded: 90,
        sent: 89,
        keyFrames: 1,
        drops: { late: 10, paused: 0 },
        width: 640,
        height: 360,
        qp: 34,
        activeShare: 0.2,
        encodeMs: 9,
        frameRate: 30,
        targetBitrate: 500_000,
        limitedBy: 'cpu',
        videoPaused: false,
        lastError: 'broken on purpose',
      },
    },
  ],
  consumers: [
    {
      consumerId: 'consumer-long-id',
      source: 'camera',
      codec: 'vp8',
      paused: true,
      bitrate: 412_300,
      pictureQuality: { psnr: 39.84, pictures: 12 },
      framesPresented: 7,
      stats: undefined,
      stages: {},
    },
  ],
} as unknown as CallStats;

test('says where, what is sent and what is received', () => {
  const text = diagnosticReport(context, [sample]);
  expect(text).toContain('taken: 2026-11-24T12:00:00.000Z');
  expect(text).toContain('device: 8 cores, window 1280×720 at 2');
  expect(text).toContain('900 kbit/s available, round trip 20 ms, loss 1.0 %');
  expect(text).toContain('sends camera as inn, layer 2: 640×360 at 30.0 fps');
  expect(text).toContain('dropped late 10, last error: broken on purpose');
  expect(text).toContain(
    'receives camera as vp8 (consumer), paused: 412 kbit/s, PSNR 39.8 dB, 7 frames shown',
  );
});

test('is of use before the first numbers', () => {
  const vp8 = { status: 'vp8', reason: 'no access' } as const;
  const text = diagnosticReport({ ...context, codec: vp8 }, []);
  expect(text).toContain('codec: vp8 (no access)');
  expect(text).toContain('No numbers yet.');
});
