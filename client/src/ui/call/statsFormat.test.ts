import { expect, test } from 'vitest';
import type { CallStats, ConsumerReport } from '../../room/callStats.js';
import { describeVideo, formatBitrate, statsToCsv } from './statsFormat.js';

const consumer = {
  consumerId: 'c',
  codec: 'vp8',
  bitrate: 412_300,
  framesPresented: 30,
  stages: { captureToDisplay: { count: 30, p50: 61.6, p95: 80, p99: 90, max: 90 } },
  pictureQuality: { psnr: 39.84, pictures: 12 },
} as unknown as ConsumerReport;

test('bit rates as a person reads them', () => {
  expect(formatBitrate(412_300)).toBe('412 kbit/s');
  expect(formatBitrate(1_540_000)).toBe('1.5 Mbit/s');
});

test('what videos are compared by, as far as it is known', () => {
  expect(describeVideo(consumer)).toBe('62 ms · 412 kbit/s · 39.8 dB');
  expect(describeVideo({ ...consumer, pictureQuality: undefined })).toBe('62 ms · 412 kbit/s');
  const byCode = { read: 9, unread: 0, latency: { p50: 70 } } as ConsumerReport['glassToGlass'];
  expect(describeVideo({ ...consumer, glassToGlass: byCode })).toMatch(/^70 ms/);
  const unknown = { bitrate: undefined, glassToGlass: undefined, pictureQuality: undefined };
  expect(describeVideo({ stages: {}, ...unknown })).toBe('');
});

test('one line of CSV per video and second, with the same columns', () => {
  const sample = { at: 1000, network: undefined, consumers: [consumer] } as unknown as CallStats;
  const [head, line] = statsToCsv([sample]).trim().split('\n');
  const columns = head?.split(',') ?? [];
  const values = line?.split(',') ?? [];
  expect(values).toHaveLength(columns.length);
  const value = (name: string) => values[columns.indexOf(name)];
  expect(value('latency_p50_ms')).toBe('61.6');
  expect(value('received_bps')).toBe('412300');
  expect(value('psnr_db')).toBe('39.84');
});
