import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { RequestOf } from '../protocol/index.js';

/** Number of things of one kind, by labels. */
export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** State read at each scrape. */
export interface MetricsSource {
  rooms(): number;
  peers(): number;
  /** Labels: source, codec. */
  producers(): LabelledValue[];
  /** Labels: source, codec. */
  consumers(): LabelledValue[];
  transports(): Promise<TransportTotals>;
  workers(): Promise<WorkerUsage[]>;
}

/** Sums over all transports; `in` is towards the server. */
export interface TransportTotals {
  readonly bitrateIn: number;
  readonly bitrateOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Mean share of packets lost, 0..1. */
  readonly lossIn: number;
  readonly lossOut: number;
}

export interface WorkerUsage {
  readonly pid: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

const LATENCY_BUCKETS_S = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2,
];

/** The Prometheus metrics of this server, in its own registry. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #keyFrameRequests: Counter;
  readonly #requests: Counter<'type' | 'outcome'>;
  readonly #latency: Histogram<'stage' | 'codec'>;
  readonly #freezes: Counter;
  readonly #repairs: Histogram<'by'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#keyFrameRequests = new Counter({
      name: 'inncall_key_frame_requests_total',
      help: 'Key frames that the server asked of producers (PLI or FIR).',
      registers,
    });
    this.#requests = new Counter({
      name: 'inncall_requests_total',
      help: 'Signalling requests by type and outcome (ok or an error code).',
      labelNames: ['type', 'outcome'],
      registers,
    });
    this.#latency = new Histogram({
      name: 'inncall_latency_seconds',
      help: 'Latency of shown frames as clients report it, by stage and codec.',
      labelNames: ['stage', 'codec'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    });
    this.#freezes = new Counter({
      name: 'inncall_freezes_total',
      help: 'Pauses of a shown picture above 200 ms as clients report them.',
      registers,
    });
    this.#repairs = new Histogram({
      name: 'inncall_repair_seconds',
      help: 'Time from a noticed loss of a frame to the next picture as clients report it, by means.',
      labelNames: ['by'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    });
  }

  keyFrameRequested(): void {
    this.#keyFrameRequests.inc();
  }

  /** @param outcome `ok` or an error code. */
  requestHandled(type: string, outcome: string): void {
    this.#requests.inc({ type, outcome });
  }

  receptionReported(report: Omit<RequestOf<'reportStats'>, 'type'>): void {
    for (const { stage, codec, samplesMs } of report.latency) {
      for (const ms of samplesMs) this.#latency.observe({ stage, codec }, ms / 1000);
    }
    this.#freezes.inc(report.freezes);
    for (const { by, ms } of report.repairs) this.#repairs.observe({ by }, ms / 1000);
  }

  /** Adds gauges that are read from `source` at each scrape. */
  observe(source: MetricsSource): void {
    this.#count('inncall_rooms', 'Open rooms.', () => source.rooms());
    this.#count('inncall_peers', 'Peers in rooms.', () => source.peers());
    this.#byLabels('inncall_producers', 'Media streams from peers.', ['source', 'codec'], () =>
      source.producers(),
    );
    this.#byLabels('inncall_consumers', 'Media streams to peers.', ['source', 'codec'], () =>
      source.consumers(),
    );
    this.#traffic(source);
    this.#workers(source);
  }

  /** Prometheus text format. */
  async expose(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #count(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #byLabels(
    name: string,
    help: string,
    labelNames: string[],
    read: () => LabelledValue[] | Promise<LabelledValue[]>,
  ): Gauge {
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      async collect() {
        this.reset();
        for (const { labels, value } of await read()) this.set(labels, value);
      },
    });
  }

  #traffic(source: MetricsSource): void {
    const directions = async (
      pick: (totals: TransportTotals) => [number, number],
    ): Promise<LabelledValue[]> => {
      const [incoming, outgoing] = pick(await source.transports());
      return [
        { labels: { direction: 'in' }, value: incoming },
        { labels: { direction: 'out' }, value: outgoing },
      ];
    };
    this.#byLabels('inncall_bitrate_bits_per_second', 'Media bitrate.', ['direction'], () =>
      directions(({ bitrateIn, bitrateOut }) => [bitrateIn, bitrateOut]),
    );
    this.#byLabels('inncall_packet_loss_ratio', 'Mean packet loss, 0..1.', ['direction'], () =>
      directions(({ lossIn, lossOut }) => [lossIn, lossOut]),
    );
    this.#byLabels('inncall_open_transport_bytes', 'Bytes of open transports.', ['direction'], () =>
      directions(({ bytesIn, bytesOut }) => [bytesIn, bytesOut]),
    );
  }

  #workers(source: MetricsSource): void {
    const perWorker = async (pick: (usage: WorkerUsage) => number): Promise<LabelledValue[]> =>
      (await source.workers()).map((usage) => ({
        labels: { pid: String(usage.pid) },
        value: pick(usage),
      }));
    this.#byLabels('inncall_worker_cpu_seconds', 'CPU time of a media worker.', ['pid'], () =>
      perWorker(({ cpuSeconds }) => cpuSeconds),
    );
    this.#byLabels('inncall_worker_memory_bytes', 'Peak memory of a media worker.', ['pid'], () =>
      perWorker(({ memoryBytes }) => memoryBytes),
    );
  }
}
