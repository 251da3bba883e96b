import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { table, writeSection } from '../../../codec-core/bench/document.js';
import { JOIN_PAGE_MS } from '../joinPage.js';
import { WARM_UP_MS } from './analysis.js';
import { timelineSvg } from './plot.js';
import type { NetworkResult } from './result.js';
import { DELAY_MS, QUEUE_MS, SCENARIOS } from './scenarios.js';

export interface NetworkReport {
  readonly results: readonly NetworkResult[];
  readonly clip: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

const LABEL = { inn: '**INN**', vp8: 'VP8' } as const;

const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);
const percent = (share: number | undefined): string =>
  share === undefined || Number.isNaN(share) ? '–' : `${(100 * share).toFixed(0)} %`;
const seconds = (ms: number | undefined): string =>
  ms === undefined ? '–' : (ms / 1000).toFixed(1);

/** One run in one line. */
export function summaryLine(result: NetworkResult): string {
  const { latency, sound, freezes, quality } = result;
  return [
    `${result.scenario} ${result.codec}:`,
    `latency ${[latency.p50, latency.p95, latency.p99].map((ms) => fixed(ms, 0)).join('/')} ms,`,
    `sound ${fixed(sound?.latencyMs, 0)} ms, ahead ${fixed(sound?.leadMs, 0)} ms,`,
    `freezes ${freezes.count} (${fixed(freezes.totalMs, 0)} ms, longest ${fixed(freezes.longestMs, 0)}),`,
    `used ${percent(result.utilization)}, overshoot ${percent(result.overshootP95)},`,
    `settled ${seconds(result.settledMs)} s, PSNR ${fixed(quality.psnr, 2)}, MS-SSIM ${fixed(quality.msSsim, 4)},`,
    `frames ${result.framesShown}/${result.framesCaptured}, key ${result.keyFrames}, repairs ${result.retransmissions}, timers late ${fixed(result.latenessMs, 1)} ms`,
  ].join(' ');
}

function row(title: string, result: NetworkResult): string[] {
  const { latency, sound, freezes, quality } = result;
  return [
    title,
    LABEL[result.codec],
    `${fixed(latency.p50, 0)} / ${fixed(latency.p95, 0)} / ${fixed(latency.p99, 0)}`,
    `${fixed(sound?.latencyMs, 0)} / ${fixed(sound?.leadMs, 0)}`,
    `${freezes.count} / ${seconds(freezes.totalMs)} / ${seconds(freezes.longestMs)}`,
    percent(result.utilization),
    percent(result.overshootP95),
    seconds(result.settledMs),
    fixed(quality.psnr, 2),
    fixed(quality.msSsim, 4),
    quality.heights.join(', '),
    `${result.framesShown} / ${result.framesCaptured}`,
    `${result.keyFrames} / ${result.retransmissions}`,
  ];
}

const HEAD = [
  'path',
  'codec',
  'latency p50 / p95 / p99, ms',
  'sound: latency / ahead of the picture, ms',
  'freezes: number / sum / longest gap, s',
  'used',
  'overshoot p95',
  'settled, s',
  'PSNR',
  'MS-SSIM',
  'lines',
  'shown / captured',
  'key frames / repairs',
];

function markdown(
  { results, clip, width, height, fps }: NetworkReport,
  plots: ReadonlyMap<string, string>,
): string {
  const rows = SCENARIOS.flatMap(({ name, title }) =>
    results
      .filter(({ scenario }) => scenario === name)
      .map((result, index) => row(index === 0 ? title : '', result)),
  );
  const commits = [...new Set(results.map(({ commit }) => commit))].join(', ');
  const loads = results.map(({ load }) => load);
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `## Network

\`npm run bench:network\`; ${cpus().length} × ${processor}, load of the machine before the runs ${fixed(Math.min(...loads), 1)} to ${fixed(Math.max(...loads), 1)}; commits ${commits}.

A sender with camera and microphone and a receiver that watches, in one Chromium, through the real
server; INN, then the VP8 of the same app in the same scenario. Everybody spends ${JOIN_PAGE_MS / 1000} s on the join
page first. The camera plays "${clip}" at
${width}×${height} and ${fps} fps forwards and backwards. One leg, the sender's way to the server unless the
path says otherwise, goes through a userspace UDP relay: queue of ${QUEUE_MS} ms that drops its tail, token
bucket, loss, ${DELAY_MS} ms of delay in each direction. The LTE-like capacity comes from a seeded model, not
from a record.

Every picture of the camera carries its number in a strip along the bottom; the same number is read
from what the video element shows, so latency is from capture to display for both codecs alike (one refresh
of the screen after the one that takes the picture), and shown pictures are compared with what the camera
delivered (enlarged to the camera's size where smaller, strip left out, one picture a second). The first ${WARM_UP_MS / 1000} s count only for "settled".

- sound: medians of its way from microphone to ear and of how far it is ahead of the picture (behind, if negative), as
  the receiver measures them; where a path was measured before that was recorded, –;
- freeze: no new picture for more than 200 ms and three frame intervals;
- used: bytes delivered by what the link could carry, headers, sound and repairs included; overshoot:
  95th percentile over seconds of what was sent beyond the capacity;
- settled: after a drop until a second fits the link; after an outage until a picture is shown; after a
  rise, and else from the first picture on, until a second uses 85 % of the link;
- lines: heights of the pictures that were shown; repairs: packets that the browser sent again, by request or to fill a
  probe of the link; what INN's sender sends once more itself is not among them.

${table(HEAD, rows)}

${[...plots.values()].map((file) => `![${file.replace(/^.*network-|\.svg$/g, '')}](${file})`).join('\n\n')}
`;
}

/** Writes the section and one plot per scenario below `docs`. */
export async function writeReport(docs: string, report: NetworkReport): Promise<void> {
  await mkdir(join(docs, 'bench'), { recursive: true });
  const plots = new Map<string, string>();
  for (const { name, title } of SCENARIOS) {
    const results = report.results.filter(({ scenario }) => scenario === name);
    if (results.length === 0) continue;
    const file = `bench/network-${name}.svg`;
    plots.set(name, file);
    await writeFile(join(docs, file), timelineSvg(title, results));
  }
  await writeSection(docs, 'bench:network', markdown(report, plots));
}
