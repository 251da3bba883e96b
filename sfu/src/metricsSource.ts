import type { WebRtcTransport } from 'mediasoup/types';
import type { WorkerPool } from './media/WorkerPool.js';
import type { LabelledValue, MetricsSource, TransportTotals } from './metrics/Metrics.js';
import type { ProducerAppData } from './protocol/index.js';
import type { RoomRegistry } from './room/RoomRegistry.js';

/** Reads rooms and workers for `/metrics`. */
export function metricsSource(registry: RoomRegistry, pool: WorkerPool): MetricsSource {
  const peers = () => registry.rooms.flatMap((room) => [...room.peers.values()]);
  return {
    rooms: () => registry.rooms.length,
    peers: () => peers().length,
    producers: () =>
      countStreams(
        peers().flatMap(({ producers }) => [...producers.values()].map(({ appData }) => appData)),
      ),
    consumers: () =>
      countStreams(
        peers().flatMap(({ downlink }) =>
          [...(downlink?.consumers.values() ?? [])].map(({ appData }) => appData),
        ),
      ),
    transports: () =>
      transportTotals(
        peers().flatMap(({ sendTransport, downlink }) =>
          [sendTransport, downlink?.transport].filter((transport) => transport !== undefined),
        ),
      ),
    workers: async () =>
      (await pool.resourceUsage()).map(({ pid, usage }) => ({
        pid,
        cpuSeconds: (usage.ru_utime + usage.ru_stime) / 1000,
        memoryBytes: usage.ru_maxrss * 1024,
      })),
  };
}

function countStreams(streams: readonly ProducerAppData[]): LabelledValue[] {
  const counts = new Map<string, { source: string; codec: string; value: number }>();
  for (const { source, codec } of streams) {
    const key = `${source}/${codec}`;
    const count = counts.get(key) ?? { source, codec, value: 0 };
    counts.set(key, { ...count, value: count.value + 1 });
  }
  return [...counts.values()].map(({ source, codec, value }) => ({
    labels: { source, codec },
    value,
  }));
}

async function transportTotals(transports: readonly WebRtcTransport[]): Promise<TransportTotals> {
  const answers = await Promise.allSettled(transports.map((transport) => transport.getStats()));
  const stats = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const sum = (pick: (stat: (typeof stats)[number]) => number): number =>
    stats.reduce((total, stat) => total + pick(stat), 0);
  const mean = (pick: (stat: (typeof stats)[number]) => number | undefined): number => {
    const values = stats.map(pick).filter((value) => value !== undefined);
    return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
  };
  return {
    bitrateIn: sum(({ recvBitrate }) => recvBitrate),
    bitrateOut: sum(({ sendBitrate }) => sendBitrate),
    bytesIn: sum(({ bytesReceived }) => bytesReceived),
    bytesOut: sum(({ bytesSent }) => bytesSent),
    lossIn: mean(({ rtpPacketLossReceived }) => rtpPacketLossReceived),
    lossOut: mean(({ rtpPacketLossSent }) => rtpPacketLossSent),
  };
}
