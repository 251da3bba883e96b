import type { CallStats, ConsumerReport, ProducerReport } from '../../room/callStats.js';
import type { StageSummaries } from '../../room/receivedVideo.js';
import type { Quality } from '../../settings.js';
import type { CodecState } from '../../state/appStore.js';
import { formatBitrate } from './statsFormat.js';

/** Where the numbers come from. */
export interface DiagnosticContext {
  readonly takenAt: Date;
  readonly room: string;
  readonly userAgent: string;
  readonly cores: number;
  readonly window: { readonly width: number; readonly height: number; readonly ratio: number };
  readonly quality: Quality;
  readonly codec: CodecState;
}

/** A text to send to whoever looks after the service: no names, no chat. */
export function diagnosticReport(
  context: DiagnosticContext,
  samples: readonly CallStats[],
): string {
  const last = samples.at(-1);
  const { width, height, ratio } = context.window;
  const lines = [
    'InnCall diagnostic report',
    `taken: ${context.takenAt.toISOString()}`,
    `room: ${context.room}`,
    `browser: ${context.userAgent}`,
    `device: ${String(context.cores)} cores, window ${String(width)}×${String(height)} at ${String(ratio)}`,
    `quality setting: ${context.quality}`,
    `codec: ${context.codec.status === 'vp8' ? `vp8 (${context.codec.reason})` : `inn, ${context.codec.status}`}`,
    `samples: ${String(samples.length)}, one a second`,
    '',
    ...(last === undefined ? ['No numbers yet.'] : describeSample(last)),
  ];
  return `${lines.join('\n')}\n`;
}

function describeSample({ network, clock, producers, consumers }: CallStats): string[] {
  return [
    network === undefined
      ? 'network: unknown'
      : `network: ${formatBitrate(network.availableOutgoingBitrate)} available, ` +
        `round trip ${network.rttMs.toFixed(0)} ms, loss ${(network.lossFraction * 100).toFixed(1)} %, ` +
        `jitter ${network.jitterMs.toFixed(1)} ms`,
    clock === undefined
      ? 'clock: not aligned'
      : `clock: ±${clock.uncertainty.toFixed(1)} ms to the server`,
    ...producers.flatMap(describeProducer),
    ...consumers.flatMap(describeConsumer),
  ];
}

function describeProducer(producer: ProducerReport): string[] {
  const { source, codec, layer, wanted, stats } = producer;
  const head =
    `sends ${source} as ${codec}${layer === undefined ? '' : `, layer ${String(layer)}`}` +
    (wanted ? '' : ', nobody receives it');
  if (stats === undefined) return [head];
  const drops = Object.entries(stats.drops).filter(([, count]) => count > 0);
  return [
    `${head}: ${String(stats.width)}×${String(stats.height)} at ${stats.frameRate.toFixed(1)} fps, ` +
      `target ${formatBitrate(stats.targetBitrate)}, index ${String(stats.qp)}, ` +
      `${(stats.activeShare * 100).toFixed(0)} % active, ${stats.encodeMs.toFixed(1)} ms a frame, ` +
      `limited by ${stats.limitedBy}${stats.videoPaused ? ', paused' : ''}`,
    `  captured ${String(stats.captured)}, encoded ${String(stats.encoded)}, sent ${String(stats.sent)}, ` +
      `key frames ${String(stats.keyFrames)}, dropped ${describeCounts(drops)}` +
      (stats.lastError === undefined ? '' : `, last error: ${stats.lastError}`),
  ];
}

function describeConsumer(consumer: ConsumerReport): string[] {
  const { consumerId, source, codec, paused, framesPresented, stats, stages } = consumer;
  const { bitrate, pictureQuality } = consumer;
  const head =
    `receives ${source} as ${codec} (${consumerId.slice(0, 8)})${paused ? ', paused' : ''}: ` +
    (bitrate === undefined ? '' : `${formatBitrate(bitrate)}, `) +
    (pictureQuality === undefined ? '' : `PSNR ${pictureQuality.psnr.toFixed(1)} dB, `);
  const latency = `  latency p50/p95 ms: ${describeStages(stages)}`;
  if (stats === undefined) return [`${head}${String(framesPresented)} frames shown`, latency];
  const errors = Object.entries(stats.errors).filter(([, count]) => count > 0);
  return [
    `${head}${String(stats.width)}×${String(stats.height)}, index ${String(stats.qp)}, ` +
      `${stats.decodeMs.toFixed(1)} ms a frame, ${String(framesPresented)} frames shown`,
    `  packets received ${String(stats.received)}, missing ${String(stats.missing)}, late ${String(stats.late)}, ` +
      `dropped ${String(stats.dropped)}; freezes ${String(stats.freezes)}, ` +
      `longest gap ${stats.longestGapMs.toFixed(0)} ms; key frames ${String(stats.keyFrames)}, ` +
      `asked for ${String(stats.keyFrameRequests)}; wrong checksums ${String(stats.checksumMismatches)}, ` +
      `errors ${describeCounts(errors)}`,
    latency,
  ];
}

function describeStages(stages: StageSummaries): string {
  const parts = Object.entries(stages).map(
    ([stage, { p50, p95 }]) => `${stage} ${p50.toFixed(1)}/${p95.toFixed(1)}`,
  );
  return parts.length === 0 ? 'not measured' : parts.join(', ');
}

function describeCounts(counts: readonly [string, number][]): string {
  return counts.length === 0
    ? 'none'
    : counts.map(([name, count]) => `${name} ${String(count)}`).join(', ');
}
