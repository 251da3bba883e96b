import { cpus } from 'node:os';
import { table, writeSection } from '../../../codec-core/bench/document.js';
import { JOIN_PAGE_MS, type Codec } from '../joinPage.js';
import type { Round } from './measure.js';

const STAGES = [
  ['captureToEncode', 'captured → encoder'],
  ['encode', 'encode'],
  ['encodeToSend', 'encoded → sent'],
  ['network', 'sent → received'],
  ['receiveToDecode', 'received → decoder'],
  ['decode', 'decode'],
  ['decodeToDisplay', 'decoded → display'],
  ['captureToDisplay', '**capture → display**'],
] as const;

/** Bars of the project, ms. */
const MOST_ABOVE_VP8_MS = 30;
const MOST_DRIFT_MS = 45;
const MOST_FIRST_PICTURE_MS = 1000;

export interface LatencyReport {
  readonly rounds: readonly Round[];
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
  readonly cameras: number;
  readonly browser: string;
  /** Load of the machine (1 min) before the run. */
  readonly load: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Median of what is there; `NaN` of nothing. */
function medianOf(values: readonly (number | undefined)[]): number {
  const known = values.filter((v): v is number => v !== undefined && !Number.isNaN(v));
  known.sort((a, b) => a - b);
  return known[Math.max(0, Math.ceil(known.length / 2) - 1)] ?? Number.NaN;
}

/** Each percentile as the median over the readings. */
function over(readings: readonly (Percentiles | undefined)[]): Percentiles {
  return {
    p50: medianOf(readings.map((r) => r?.p50)),
    p95: medianOf(readings.map((r) => r?.p95)),
    p99: medianOf(readings.map((r) => r?.p99)),
  };
}

const fixed = (value: number | undefined, digits = 0): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);
const three = ({ p50, p95, p99 }: Percentiles): string =>
  [p50, p95, p99].map((ms) => fixed(ms, 1)).join(' / ');

/** Writes the section of `BENCHMARKS.md`. */
export async function writeReport(folder: string, report: LatencyReport): Promise<void> {
  await writeSection(folder, 'bench:latency', describe(report));
}

/** The section as markdown. */
export function describe(report: LatencyReport): string {
  const { rounds, width, height, fps, seconds, cameras, browser, load } = report;
  const of = (codec: Codec) => rounds.filter((round) => round.codec === codec);
  const [inn, vp8] = [of('inn'), of('vp8')];
  const readings = (some: readonly Round[]) => some.flatMap((round) => round.readings);
  const glass = (some: readonly Round[]) =>
    over(readings(some).map(({ glassToGlass }) => glassToGlass?.latency));
  const stage = (some: readonly Round[], name: (typeof STAGES)[number][0]) =>
    over(readings(some).map(({ stages }) => stages[name]));
  const plain = (name: keyof Round['plain']) => medianOf(vp8.map((round) => round.plain[name]));
  const leads = (some: readonly Round[]) => readings(some).map(({ sync }) => sync?.audioLeadMs);
  const above = glass(inn).p50 - glass(vp8).p50;
  const drift = medianOf(leads(inn).map((lead) => lead && Math.abs(lead)));
  const first = medianOf(inn.map(({ firstPictureMs, joinedMs }) => firstPictureMs - joinedMs));
  const verdict = (met: boolean) => (met ? 'met' : '**missed**');
  const codes = (some: readonly Round[]) => {
    const last = some.flatMap((round) => round.readings.at(-1)?.glassToGlass ?? []);
    const read = last.reduce((sum, g) => sum + g.read, 0);
    return `${read} of ${last.reduce((sum, g) => sum + g.read + g.unread, 0)}`;
  };
  return `## Latency

\`npm run bench:latency\`; Chromium ${browser}; ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, sender, server and
receiver on one machine; load before the run ${fixed(load, 1)}. Camera: the clip of the browser
tests, ${width}×${height} at ${fps} fps.
${inn.length} calls with INN and ${vp8.length} with VP8, alternating, ${seconds} s each after a warm-up; everybody
spends ${JOIN_PAGE_MS / 1000} s on the join page first.
${cameras === 1 ? 'The receiver watches and listens, its own camera is off.' : 'Both have their camera on: two encoders and two decoders share the machine.'}

Milliseconds, median / 95th / 99th percentile; each is the median over readings of the last 300
pictures. Glass to glass is the time drawn into the picture, read off the shown picture; VP8's capture
→ display is by abs-capture-time. Lip-sync: sound ahead of the picture, behind if negative.

${table(
  ['', 'INN', 'VP8'],
  [
    ['**glass to glass**', three(glass(inn)), three(glass(vp8))],
    ...STAGES.map(([name, label]) => [label, three(stage(inn, name)), three(stage(vp8, name))]),
    ['time codes read', codes(inn), codes(vp8)],
    ...(
      [
        ['frames/s captured', 'capturedFps'],
        ['frames/s shown', 'shownFps'],
        ['pressing Join → in the call', 'joinedMs'],
        ['pressing Join → first picture', 'firstPictureMs'],
      ] as const
    ).map(([label, key]) => [
      label,
      fixed(medianOf(inn.map((r) => r[key])), key.endsWith('Fps') ? 1 : 0),
      fixed(medianOf(vp8.map((r) => r[key])), key.endsWith('Fps') ? 1 : 0),
    ]),
    ['lip-sync, median', fixed(medianOf(leads(inn))), fixed(medianOf(leads(vp8)))],
    [
      'sound, microphone → ear',
      ...[inn, vp8].map((some) =>
        fixed(medianOf(readings(some).map(({ sync }) => sync?.audioLatencyMs))),
      ),
    ],
  ],
)}

What the browser says of its own VP8, mean: encode ${fixed(plain('encode'), 1)}, pacer
${fixed(plain('pacer'), 1)}, jitter buffer ${fixed(plain('jitterBuffer'), 1)}, decode ${fixed(plain('decode'), 1)} ms.

${table(
  ['bar', 'measured', ''],
  [
    [
      `INN at most ${MOST_ABOVE_VP8_MS} ms above VP8, median`,
      `${fixed(above, 1)} ms`,
      verdict(above <= MOST_ABOVE_VP8_MS),
    ],
    [
      `first picture at most ${MOST_FIRST_PICTURE_MS / 1000} s after the join`,
      `${fixed(first)} ms`,
      verdict(first <= MOST_FIRST_PICTURE_MS),
    ],
    [
      `lip-sync within ±${MOST_DRIFT_MS} ms, median of the size`,
      `${fixed(drift)} ms`,
      verdict(drift <= MOST_DRIFT_MS),
    ],
  ],
)}
`;
}
