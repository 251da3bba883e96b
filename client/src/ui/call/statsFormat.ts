import type { CallStats, ConsumerReport } from '../../room/callStats.js';

/** bit/s as a person reads it. */
export function formatBitrate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`
    : `${(bitsPerSecond / 1000).toFixed(0)} kbit/s`;
}

/**
 * What two videos of one camera are compared by: latency (by the time code where there is one: it is
 * the same measure for both codecs), bit rate and, in test mode, PSNR.
 */
export function describeVideo({
  stages,
  bitrate,
  glassToGlass,
  pictureQuality,
}: Pick<ConsumerReport, 'stages' | 'bitrate' | 'glassToGlass' | 'pictureQuality'>): string {
  const latency = glassToGlass?.latency ?? stages.captureToDisplay;
  return [
    latency && `${latency.p50.toFixed(0)} ms`,
    bitrate !== undefined && formatBitrate(bitrate),
    pictureQuality && `${pictureQuality.psnr.toFixed(1)} dB`,
  ]
    .filter(Boolean)
    .join(' · ');
}

const COLUMNS = [
  'time_ms',
  'consumer',
  'codec',
  'latency_p50_ms',
  'latency_p95_ms',
  'received_bps',
  'psnr_db',
  'frames_shown',
  'frames_decoded',
  'missing',
  'freezes',
  'repairs',
  'repair_p50_ms',
  'repair_p95_ms',
  'repair_max_ms',
  'qp',
  'active_share',
  'available_bps',
] as const;

/** One line per consumer and second. */
export function statsToCsv(samples: readonly CallStats[]): string {
  const lines = samples.flatMap(({ at, network, consumers }) =>
    consumers.map(
      ({ consumerId, codec, bitrate, pictureQuality, framesPresented, stages, stats }) =>
        [
          at.toFixed(0),
          consumerId,
          codec,
          stages.captureToDisplay?.p50.toFixed(1),
          stages.captureToDisplay?.p95.toFixed(1),
          bitrate?.toFixed(0),
          pictureQuality?.psnr.toFixed(2),
          framesPresented,
          stats?.decoded,
          stats?.missing,
          stats?.freezes,
          stats?.repairs.count,
          stats?.repairs.p50.toFixed(1),
          stats?.repairs.p95.toFixed(1),
          stats?.repairs.max.toFixed(1),
          stats?.qp,
          stats?.activeShare.toFixed(3),
          network?.availableOutgoingBitrate.toFixed(0),
        ].join(','),
    ),
  );
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
