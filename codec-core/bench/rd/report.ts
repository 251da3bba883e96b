import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { table, writeSection } from '../document.js';
import type { Clip } from './clips.js';
import { type ClipResult, compare, type Comparison, type Metric, METRICS } from './compare.js';
import type { Measurement } from './measure.js';
import type { OurMeasurement } from './ours.js';
import type { Peer } from './peers.js';
import { plotSvg } from './plot.js';

export interface RdReport {
  readonly results: readonly ClipResult[];
  readonly peers: readonly Peer[];
  readonly frames: number;
  readonly ffmpegVersion: string;
}

const OUR_LABEL = 'INN codec';
const METRIC_LABEL: Readonly<Record<Metric, string>> = {
  psnrWeighted: 'PSNR (6Y+U+V)/8, dB',
  msSsimDb: 'MS-SSIM, dB',
};

function percent(value: number | undefined): string {
  if (value === undefined) return 'no overlap';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)} %`;
}

function range([low, high]: readonly [number, number]): string {
  return `${low.toFixed(1)}–${high.toFixed(1)}`;
}

/** Smallest and largest quality over the overlaps of all clips. */
function overallRange({ clips }: Comparison): string {
  const overlaps = clips.flatMap(({ bd }) => (bd ? [bd.overlap] : []));
  if (overlaps.length === 0) return '';
  return range([
    Math.min(...overlaps.map(([low]) => low)),
    Math.max(...overlaps.map(([, high]) => high)),
  ]);
}

function counted({ clips }: Comparison): string {
  return `${clips.filter(({ bd }) => bd).length} of ${clips.length}`;
}

function kilobits(clip: Clip, point: Measurement): number {
  const [numerator = 30, denominator = 1] = clip.frameRate.split('/').map(Number);
  return (point.bytes * 8 * numerator) / denominator / point.frames / 1000;
}

function meanTable(report: RdReport): string {
  const rows = report.peers.map((peer) => {
    const [psnr, similarity] = METRICS.map((metric) => compare(report.results, peer, metric));
    if (!psnr || !similarity) return [];
    return [
      peer.fixedQuantizer ? peer.label : `_${peer.label}_`,
      `**${percent(psnr.mean)}**`,
      counted(psnr),
      overallRange(psnr),
      `**${percent(similarity.mean)}**`,
      counted(similarity),
      overallRange(similarity),
    ];
  });
  const head = ['against', 'BD-rate PSNR', 'clips', 'dB', 'BD-rate MS-SSIM', 'clips', 'dB'];
  return table(head, rows);
}

function clipTable(report: RdReport, metric: Metric): string {
  const comparisons = report.peers.map((peer) => compare(report.results, peer, metric));
  const rows = report.results.map(({ clip }, index) => [
    clip.name,
    ...comparisons.map(({ clips }) => {
      const bd = clips[index]?.bd;
      return bd ? `${percent(bd.percent)} (${range(bd.overlap)})` : percent(undefined);
    }),
  ]);
  return table(['clip', ...report.peers.map((peer) => peer.key)], rows);
}

function pointTable(report: RdReport): string {
  const rows = report.results.flatMap(({ clip, ours }) =>
    ours.map((point) => [
      clip.name,
      String(point.quantizer),
      kilobits(clip, point).toFixed(1),
      ((100 * point.keyFrameBytes) / point.bytes).toFixed(0),
      (100 * point.activeShare).toFixed(1),
      point.psnrWeighted.toFixed(2),
      point.msSsim.toFixed(4),
      point.msSsimDb.toFixed(2),
      `${point.encodeMs.toFixed(1)} / ${point.decodeMs.toFixed(1)}`,
    ]),
  );
  const head = ['clip', 'index', 'kbit/s', 'key frame %', 'active %', 'PSNR', 'MS-SSIM', 'dB'];
  return table([...head, 'ms encode / decode'], rows);
}

/** Parts of the rate over all clips, one row per operating point. */
function shareTable(points: readonly OurMeasurement[], type: 'key' | 'predicted'): string {
  const parts = [...new Set(points.flatMap((point) => Object.keys(point.bits[type])))];
  const indices = [...new Set(points.map((point) => point.quantizer))].sort((a, b) => a - b);
  const rows = indices.map((index) => {
    const chosen = points.filter((point) => point.quantizer === index);
    const sum = (part: string) => chosen.reduce((s, p) => s + (p.bits[type][part] ?? 0), 0);
    const total = parts.reduce((s, part) => s + sum(part), 0);
    return [String(index), ...parts.map((part) => ((100 * sum(part)) / total).toFixed(1))];
  });
  return table(['index', ...parts], rows);
}

const GROUP_PARTS = ['group0', 'group1', 'group2', 'group3'];

/** Rate and quality when the last frequency groups are not sent, means over all clips. */
function groupTable(results: readonly ClipResult[]): string {
  const masked = results.flatMap((result) => result.masked);
  const index = masked[0]?.quantizer;
  const whole = results.flatMap(({ ours }) => ours.filter((point) => point.quantizer === index));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const kept = [...new Set(masked.map(({ groups }) => groups))];
  const rows = [whole, ...kept.reverse().map((n) => masked.filter((p) => p.groups === n))].map(
    (points) => {
      const rates = points.map((point, i) => point.bytes / (whole[i]?.bytes ?? Number.NaN));
      const bits = (part: string) =>
        points.reduce((s, { bits: b }) => s + (b.key[part] ?? 0) + (b.predicted[part] ?? 0), 0);
      const total = points.reduce((s, { bytes }) => s + 8 * bytes, 0);
      return [
        String(points[0]?.groups ?? ''),
        (100 * mean(rates)).toFixed(1),
        mean(points.map((point) => point.psnrWeighted)).toFixed(2),
        mean(points.map((point) => point.msSsimDb)).toFixed(2),
        ...GROUP_PARTS.map((part) => ((100 * bits(part)) / total).toFixed(1)),
      ];
    },
  );
  const shares = GROUP_PARTS.map((part) => `${part} %`);
  return table(['groups kept', 'rate %', 'PSNR', 'MS-SSIM dB', ...shares], rows);
}

function clipPlot({ clip, ours, peers }: ClipResult, chosen: readonly Peer[]): string {
  const panel = (metric: Metric) => {
    const points = (list: readonly Measurement[]) =>
      list.map((point) => [kilobits(clip, point), point[metric]] as const);
    const theirs = chosen.map((peer) => ({
      label: peer.label,
      points: points(peers.get(peer.key) ?? []),
      emphasis: false,
    }));
    return {
      title: METRIC_LABEL[metric],
      series: [...theirs, { label: OUR_LABEL, points: points(ours), emphasis: true }],
    };
  };
  return plotSvg(METRICS.map(panel));
}

function clipLine({ clip, frames }: ClipResult): string {
  const source = `${clip.sourceWidth}×${clip.sourceHeight}`;
  const size = `${clip.width}×${clip.height}`;
  const scaled = source === size ? source : `${source} → ${size}`;
  return `- ${clip.name}: ${scaled}, ${frames} frames at ${clip.frameRate} fps`;
}

function markdown(report: RdReport, plots: ReadonlyMap<string, string>): string {
  const ours = report.results.flatMap((result) => result.ours);
  const models = [...new Set(ours.map(({ modelId }) => modelId.toString(16).padStart(8, '0')))];
  const informative = report.peers.some((peer) => !peer.fixedQuantizer);
  return `## Rate and distortion

\`npm run bench:rd\`; model ${models.join(', ')}, ${report.ffmpegVersion}, at most ${report.frames} frames of each clip.

Every codec: one key frame, no look-ahead, no reordering, one thread, a fixed quantizer (x264, x265
and ours code the key frame finer by a fixed offset).${
    informative
      ? ' Rows in italics are for information: there the encoder varies the quantizer from frame to frame around the given one.'
      : ''
  }
Rate counts the bytes of every frame as a call would put them into packets: for H.264 and HEVC the NAL
units with their parameter sets, without start codes and the text that names the encoder; for VP8, VP9 and AV1 the frames without IVF
headers and temporal delimiters; for ours whole frames with header and checksum. PSNR is the mean over frames for each plane, then
(6Y + U + V) / 8; MS-SSIM is the mean over frames of luma, compared as −10·log10(1 − MS-SSIM).
BD-rate: monotone cubic interpolation of log rate over the quality that both curves reach ("dB" below). Negative: ours needs less.

### Mean over clips

${meanTable(report)}

### BD-rate PSNR by clip (overlap in dB)

${clipTable(report, 'psnrWeighted')}

### BD-rate MS-SSIM by clip (overlap in dB)

${clipTable(report, 'msSsimDb')}

### Curves

${report.results.map(({ clip }) => `![${clip.name}](${plots.get(clip.name) ?? ''})`).join('\n\n')}

### Operating points of ours

${pointTable(report)}

### Where the rate goes, percent of all clips

Key frames:

${shareTable(ours, 'key')}

Predicted frames:

${shareTable(ours, 'predicted')}

### Frequency groups kept

Scheduled masking in training lets the networks live without the last groups (25 % of the samples lose
some at the start, 10 % where a trained network is trained on, 4 % at the end). Means over the clips at
the middle index; the first row sends all groups. Shares are of the whole rate; the DCs of key frames,
motion and flags make up the rest.

${groupTable(report.results)}

### Clips

${report.results.map(clipLine).join('\n')}
`;
}

/** Writes the section and one plot per clip below `docs`. */
export async function writeReport(docs: string, report: RdReport): Promise<void> {
  await mkdir(path.join(docs, 'bench'), { recursive: true });
  const plots = new Map<string, string>();
  for (const result of report.results) {
    const file = `bench/${result.clip.name.replace(/[^\w.-]/g, '_')}.svg`;
    plots.set(result.clip.name, file);
    await writeFile(path.join(docs, file), clipPlot(result, report.peers));
  }
  await writeSection(docs, 'bench:rd', markdown(report, plots));
}

/** The whole result for programs. */
export function reportJson(report: RdReport): string {
  return JSON.stringify(
    {
      ffmpegVersion: report.ffmpegVersion,
      frames: report.frames,
      clips: report.results.map(({ clip, frames, ours, peers }) => ({
        name: clip.name,
        width: clip.width,
        height: clip.height,
        frameRate: clip.frameRate,
        frames,
        ours,
        peers: Object.fromEntries(peers),
      })),
      bdRate: report.peers.flatMap((peer) =>
        METRICS.map((metric) => {
          const { clips, mean } = compare(report.results, peer, metric);
          return { peer: peer.key, metric, mean, clips };
        }),
      ),
    },
    null,
    1,
  );
}
