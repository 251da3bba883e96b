import { cpus } from 'node:os';
import { table, writeSection } from '../document.js';
import type { PassResult, Timings } from './passes.js';
import type { WebCodec, WebCodecResult } from './webCodecs.js';

/** Where the codec ran. */
export interface Host {
  readonly label: string;
  /** Milliseconds from nothing loaded to a runtime. */
  readonly startMs: number;
  /** Largest resident set of the process before the codec was loaded, bytes. */
  readonly memoryBefore: number;
  readonly sizes: readonly {
    readonly size: string;
    /** Largest resident set of the process after this size and those before it, bytes. */
    readonly memory: number;
    /** At the index of the run, all blocks allowed. */
    readonly typical: PassResult;
    /** Many active blocks wanted, capped at each share. */
    readonly capped: readonly { readonly share: number; readonly result: PassResult }[];
  }[];
}

export interface SpeedReport {
  readonly clip: string;
  readonly frames: number;
  readonly qp: number;
  readonly activityQp: number;
  readonly bitrates: readonly { readonly size: string; readonly bitrate: number }[];
  readonly hosts: readonly Host[];
  readonly webCodecs: readonly {
    readonly size: string;
    readonly codec: WebCodec;
    /** A message where the browser lacks the codec. */
    readonly result: WebCodecResult | string;
  }[];
  /** Processes that wanted a core in the minute before the run. */
  readonly loadBefore: number;
  readonly versions: string;
  readonly assetBytes: Readonly<Record<string, number>>;
}

/** Nearest-rank quantile; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function ms(values: readonly number[], share: number): string {
  return values.length === 0 ? '' : quantile(values, share).toFixed(1);
}

function three(values: readonly number[]): string {
  return [0.5, 0.95, 0.99].map((share) => ms(values, share)).join(' / ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0);
}

function frameTable({ hosts, webCodecs }: SpeedReport): string {
  const ours = hosts.flatMap(({ label, sizes }) =>
    sizes.map(({ size, typical }) => [
      `**INN codec**, ${label}`,
      size,
      three(typical.encode.total),
      three(typical.decode.total),
      `${ms(typical.keyEncode.total, 0.5)} / ${ms(typical.keyDecode.total, 0.5)}`,
      percent(typical.activeShare),
      (typical.bytesPerFrame / 1000).toFixed(2),
    ]),
  );
  const theirs = webCodecs.map(({ size, codec, result }) =>
    typeof result === 'string'
      ? [`WebCodecs ${codec.label}`, size, result, '', '', '', '']
      : [
          `WebCodecs ${codec.label}`,
          size,
          three(result.encode),
          three(result.decode),
          '',
          '',
          (result.bytesPerFrame / 1000).toFixed(2),
        ],
  );
  const head = ['codec', 'size', 'encode', 'decode', 'key frame encode / decode', 'active'];
  return table([...head, 'kB per frame'], [...ours, ...theirs]);
}

function stageTable(host: Host, side: 'encode' | 'decode'): string {
  const timings: Timings[] = host.sizes.map(({ typical }) => typical[side]);
  const stages = [...new Set(timings.flatMap(({ stages: names }) => Object.keys(names)))];
  const rows = stages.map((stage) => [
    stage,
    ...timings.map(({ stages: values }) => three(values[stage] ?? [])),
  ]);
  return table([`${host.label}, ${side}`, ...host.sizes.map(({ size }) => size)], rows);
}

function activityTable({ hosts }: SpeedReport): string {
  const rows = hosts.flatMap(({ label, sizes }) =>
    sizes.flatMap(({ size, capped }) =>
      capped.map(({ share, result }) => [
        label,
        size,
        percent(share),
        percent(result.activeShare),
        three(result.encode.total),
        three(result.decode.total),
      ]),
    ),
  );
  return table(['where', 'size', 'at most', 'active', 'encode', 'decode'], rows);
}

function resourceTable({ hosts }: SpeedReport): string {
  return table(
    [
      ...['where', 'loaded after, ms', 'process before, MB'],
      ...(hosts[0]?.sizes ?? []).map(({ size }) => `peak after ${size}, MB`),
    ],
    hosts.map(({ label, startMs, memoryBefore, sizes }) => [
      label,
      startMs.toFixed(0),
      megabytes(memoryBefore),
      ...sizes.map(({ memory }) => megabytes(memory)),
    ]),
  );
}

function markdown(report: SpeedReport): string {
  const cpu = cpus();
  const assets = Object.entries(report.assetBytes).map(
    ([name, bytes]) => `${name} ${megabytes(bytes)} MB`,
  );
  return `## Speed

\`npm run bench:speed\`; ${report.versions}; ${cpu.length} × ${cpu[0]?.model.trim() ?? 'unknown processor'}, one thread;
load of the machine before the run ${report.loadBefore.toFixed(1)}.
${report.clip}, ${report.frames} frames, index ${report.qp}; WebCodecs in realtime mode, software, ${report.bitrates
    .map(({ size, bitrate }) => `${bitrate / 1000} kbit/s at ${size}`)
    .join(' and ')}.
Milliseconds per frame, median / 95th / 99th percentile; predicted frames unless said otherwise.
Ours is warm: the clip is coded twice before (192 pictures by default; the app practises on 160 while
the join page is open).

${frameTable(report)}

### By stage

${report.hosts.flatMap((host) => [stageTable(host, 'encode'), stageTable(host, 'decode')]).join('\n\n')}

### By active blocks

The same clip at index ${report.activityQp}, where the encoder wants most blocks, and a cap on their number
(\`maxActiveBlocks\`).

${activityTable(report)}

### Loading and memory

${resourceTable(report)}

The process holds an encoder and a decoder at once, and the whole clip: 33 MB at 640x360, 133 MB at
1280x720 by default.

Files: ${assets.join(', ')}.
`;
}

export async function writeReport(docs: string, report: SpeedReport): Promise<void> {
  await writeSection(docs, 'bench:speed', markdown(report));
}
