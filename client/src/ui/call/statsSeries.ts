/** Numbers of a chart: one value of a sample, or of a sample and the one before it. */
import type { DecodeStats, EncodeStats } from '../../codec-worker/messages.js';
import type { CallStats, ConsumerReport } from '../../room/callStats.js';

type Side = 'producers' | 'consumers';

/** Of the video that comes latest, ms. */
export function worstLatency(quantile: 'p50' | 'p95') {
  return ({ consumers }: CallStats): number | undefined =>
    maximum(consumers.flatMap(({ stages }) => stages.captureToDisplay?.[quantile] ?? []));
}

export function availableKilobits({ network }: CallStats): number | undefined {
  return network && network.availableOutgoingBitrate / 1000;
}

export function targetKilobits({ producers }: CallStats): number | undefined {
  const targets = producers.flatMap(({ wanted, stats }) =>
    wanted ? (stats?.targetBitrate ?? []) : [],
  );
  return targets.length === 0 ? undefined : sum(targets) / 1000;
}

/** Coded bytes that INN senders made since the sample before. */
export function sentKilobits(now: CallStats, before: CallStats | undefined): number | undefined {
  if (before === undefined) return undefined;
  const made = now.producers.flatMap(({ producerId, stats }) => {
    const earlier = before.producers.find((other) => other.producerId === producerId)?.stats;
    return stats && earlier ? [stats.bytes - earlier.bytes] : [];
  });
  const ms = now.at - before.at;
  return made.length === 0 || ms <= 0 ? undefined : (8 * sum(made)) / ms;
}

/** The coarsest point of one side. */
export function operatingPoint(side: Side) {
  return (stats: CallStats): number | undefined =>
    maximum(codecStats(stats, side).map(({ qp }) => qp));
}

/** The largest share of coded blocks of one side, per cent. */
export function activeShare(side: Side) {
  return (stats: CallStats): number | undefined =>
    maximum(codecStats(stats, side).map((codec) => 100 * codec.activeShare));
}

/** Share of INN packets that never came since the sample before, per cent; the worst video. */
export function lossShare(now: CallStats, before: CallStats | undefined): number | undefined {
  return maximum(
    sinceBefore(now, before).map(({ stats, earlier }) => {
      const missing = stats.missing - earlier.missing;
      const received = stats.received - earlier.received;
      return (100 * missing) / Math.max(1, missing + received);
    }),
  );
}

/** Freezes of all INN videos since the sample before. */
export function freezesSince(now: CallStats, before: CallStats | undefined): number | undefined {
  const freezes = sinceBefore(now, before).map(
    ({ stats, earlier }) => stats.freezes - earlier.freezes,
  );
  return freezes.length === 0 ? undefined : sum(freezes);
}

interface Since {
  readonly stats: DecodeStats;
  readonly earlier: DecodeStats;
}

function sinceBefore(now: CallStats, before: CallStats | undefined): Since[] {
  return now.consumers.flatMap(({ consumerId, stats }: ConsumerReport) => {
    const earlier = before?.consumers.find((other) => other.consumerId === consumerId)?.stats;
    return stats && earlier ? [{ stats, earlier }] : [];
  });
}

/** Of what is coded at present. */
function codecStats(stats: CallStats, side: Side): (EncodeStats | DecodeStats)[] {
  const coded =
    side === 'producers' ? stats.producers.filter(({ wanted }) => wanted) : stats.consumers;
  return coded.flatMap((report): (EncodeStats | DecodeStats)[] =>
    report.stats === undefined || report.stats.width === 0 ? [] : [report.stats],
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function maximum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}
