/** `npm run bench:rd`: rate and distortion of `innc` next to the codecs of today's calls. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { GROUP_COUNT, MAX_QP } from '../src/quant/points.js';
import { ffmpegVersion } from './ffmpeg.js';
import { fromCaller, ROOT } from './paths.js';
import { CACHE_FOLDER } from './rd/cache.js';
import { type Clip, findClips, scaleClip } from './rd/clips.js';
import { type ClipResult, compare } from './rd/compare.js';
import { OurCodec } from './rd/ours.js';
import { measurePeer, type Peer, PEERS } from './rd/peers.js';
import { reportJson, writeReport } from './rd/report.js';

const HELP = `npm run bench:rd -- [options]
  --clips DIR     folder of clips in any format ffmpeg reads (default ../shared/clips/dev)
  --frames N      first frames of each clip (default 96)
  --points A,B,.. our quantization indices, two or more (default 20,28,36,44,52)
  --peers A,B,..  of ${PEERS.map((peer) => peer.key).join(', ')}, or none (default all)
  --only TEXT     clips whose name contains this
  --json OUT      all figures
  --docs DIR      folder of BENCHMARKS.md and plots, or none (default docs)
`;

interface Options {
  readonly clips: string;
  readonly frames: number;
  readonly points: readonly number[];
  readonly peers: readonly Peer[];
  readonly only: string;
  readonly json: string | undefined;
  readonly docs: string | undefined;
}

function wholeNumbers(option: string, text: string, low: number, high: number): number[] {
  const values = text.split(',').map(Number);
  if (values.some((value) => !Number.isInteger(value) || value < low || value > high)) {
    throw new Error(`--${option} takes whole numbers from ${low} to ${high}, not "${text}".`);
  }
  return values;
}

function chosenPeers(text: string | undefined): readonly Peer[] {
  if (text === undefined) return PEERS;
  if (text === 'none') return [];
  return text.split(',').map((key) => {
    const peer = PEERS.find((candidate) => candidate.key === key);
    if (!peer) throw new Error(`--peers does not know "${key}".\n${HELP}`);
    return peer;
  });
}

function readOptions(): Options | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ clips: text, frames: text, points: text, peers: text, only: text, json: text },
      ...{ docs: text, help: { type: 'boolean' } },
    },
  });
  if (values.help) return undefined;
  return {
    clips: fromCaller(values.clips ?? path.join(ROOT, '..', 'shared', 'clips', 'dev')),
    frames: wholeNumbers('frames', values.frames ?? '96', 1, 100_000)[0] ?? 96,
    points: wholeNumbers('points', values.points ?? '20,28,36,44,52', 0, MAX_QP),
    peers: chosenPeers(values.peers),
    only: values.only ?? '',
    json: values.json === undefined ? undefined : fromCaller(values.json),
    docs: values.docs === 'none' ? undefined : fromCaller(values.docs ?? path.join(ROOT, 'docs')),
  };
}

async function measureClip(
  clip: Clip,
  options: Options,
  ours: OurCodec,
  version: string,
  scratch: string,
): Promise<ClipResult> {
  const source = path.join(scratch, 'source.y4m');
  const log = (what: string) => process.stderr.write(`${clip.name}: ${what}\n`);
  await scaleClip(clip, options.frames, source);
  const peers: [string, Awaited<ReturnType<typeof measurePeer>>][] = [];
  for (const peer of options.peers) {
    const points = await measurePeer(peer, clip, options.frames, source, scratch, version, (q) =>
      log(`${peer.key} at ${q}`),
    );
    peers.push([peer.key, points]);
  }
  const measureOurs = async (qp: number, groups: number) => {
    const point = await ours.measure(clip, options.frames, { qp, groups }, source, scratch);
    const kept = groups < GROUP_COUNT ? `, ${groups} groups` : '';
    log(`innc at ${qp}${kept}: ${point.bytes} bytes, ${point.psnrWeighted.toFixed(2)} dB`);
    return point;
  };
  const points = [];
  for (const qp of options.points) points.push(await measureOurs(qp, GROUP_COUNT));
  const middle = options.points[Math.floor(options.points.length / 2)] ?? 0;
  const masked = [];
  for (let groups = 1; groups < GROUP_COUNT; groups++) {
    masked.push(await measureOurs(middle, groups));
  }
  return { clip, frames: points[0]?.frames ?? 0, ours: points, masked, peers: new Map(peers) };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    process.stdout.write(HELP);
    return;
  }
  if (!(await stat(options.clips).catch(() => undefined))?.isDirectory()) {
    throw new Error(`There is no folder ${options.clips}; give one with --clips DIR.`);
  }
  const found = await findClips(options.clips, (file, reason) => {
    process.stderr.write(`${file}: skipped, ${reason}\n`);
  });
  const clips = found.filter((clip) => clip.name.includes(options.only));
  if (clips.length === 0) throw new Error(`${options.clips} holds no clip that can be read.`);
  const version = await ffmpegVersion();
  await mkdir(CACHE_FOLDER, { recursive: true });
  const ours = await OurCodec.open(path.join(CACHE_FOLDER, 'unfinished.json'));
  const scratch = await mkdtemp(path.join(tmpdir(), 'inncall-bench-'));
  try {
    const results: ClipResult[] = [];
    for (const clip of clips) {
      results.push(await measureClip(clip, options, ours, version, scratch));
    }
    const { peers, frames } = options;
    const report = { results, peers, frames, ffmpegVersion: version };
    if (options.docs !== undefined) await writeReport(options.docs, report);
    if (options.json !== undefined) await writeFile(options.json, reportJson(report));
    for (const peer of peers) {
      const [psnr, similarity] = (['psnrWeighted', 'msSsimDb'] as const).map((metric) =>
        (compare(results, peer, metric).mean ?? Number.NaN).toFixed(1),
      );
      process.stdout.write(`against ${peer.label}: ${psnr} % PSNR, ${similarity} % MS-SSIM\n`);
    }
    await ours.finish();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`bench:rd: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
