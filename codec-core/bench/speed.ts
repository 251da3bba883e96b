/** `npm run bench:speed`: milliseconds per frame in Node and in Chromium, next to WebCodecs. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readY4m } from '../src/media/y4m.js';
import { ffmpeg } from './ffmpeg.js';
import { fromCaller, ROOT } from './paths.js';
import { ChromiumBench } from './speed/chromium.js';
import { type CodecModule, type Pass, type PassResult, timePass } from './speed/passes.js';
import { type Host, type SpeedReport, writeReport } from './speed/report.js';
import { WEB_CODECS } from './speed/webCodecs.js';

const DEFAULT_CLIP = path.join(
  ROOT,
  '../shared/clips/dev/google-ai-edge__mediapipe-samples__test_video.mp4',
);
const DIST = path.join(ROOT, 'codec-core', 'dist');
const SIZES = [
  { size: '640x360', bitrate: 500_000 },
  { size: '1280x720', bitrate: 1_500_000 },
] as const;
const ACTIVE_SHARES = [0.05, 0.2, 0.5, 1];
const KEY_INTERVAL = 16;
/** Until the browser has replaced the first, slow machine code of all that matters. */
const PRACTICE_PASSES = 2;
/** Fine enough that nearly every block of a camera picture differs from its prediction. */
const ACTIVITY_QP = 8;

const HELP = `npm run bench:speed -- [options]
  --clip FILE   any format ffmpeg reads, 1280×720 or more (default a clip of ../shared/clips/dev)
  --frames N    frames of each size (default 96)
  --qp N        quantization index of the main figures (default 32)
  --json OUT    all figures
  --docs DIR    folder of BENCHMARKS.md, or none (default docs)
`;

interface Options {
  readonly clip: string;
  readonly frames: number;
  readonly qp: number;
  readonly json: string | undefined;
  readonly docs: string | undefined;
}

type RunPass = (clip: string, pass: Pass) => Promise<PassResult>;

function log(what: string): void {
  process.stderr.write(`${what}\n`);
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Error(`--${option} takes a whole number from ${low} to ${high}, not "${text}".`);
}

function readOptions(): Options | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ clip: text, frames: text, qp: text, json: text, docs: text },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  return {
    clip: values.clip === undefined ? DEFAULT_CLIP : fromCaller(values.clip),
    frames: wholeNumber('frames', values.frames ?? '96', 2 * KEY_INTERVAL, 10_000),
    qp: wholeNumber('qp', values.qp ?? '32', 0, 63),
    json: values.json === undefined ? undefined : fromCaller(values.json),
    docs: values.docs === 'none' ? undefined : fromCaller(values.docs ?? path.join(ROOT, 'docs')),
  };
}

async function timeSizes(
  label: string,
  qp: number,
  run: RunPass,
  peakMemory: () => number | Promise<number>,
): Promise<Host['sizes']> {
  const sizes: Host['sizes'][number][] = [];
  for (const { size } of SIZES) {
    log(`${label}, ${size}`);
    const pass = { qp, activeShare: 1, keyInterval: KEY_INTERVAL };
    for (let practice = 0; practice < PRACTICE_PASSES; practice += 1) {
      await run(`${size}.y4m`, pass);
    }
    const typical = await run(`${size}.y4m`, pass);
    const capped = [];
    for (const share of ACTIVE_SHARES) {
      const limited = { qp: ACTIVITY_QP, activeShare: share, keyInterval: KEY_INTERVAL };
      capped.push({ share, result: await run(`${size}.y4m`, limited) });
    }
    sizes.push({ size, memory: await peakMemory(), typical, capped });
  }
  return sizes;
}

/** The built package, so that no TypeScript loader stands between code and engine. */
async function timeNode(qp: number, clips: string): Promise<Host> {
  const load = (file: string): Promise<unknown> =>
    import(pathToFileURL(path.join(DIST, file)).href);
  const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;
  const memoryBefore = peakMemory();
  const begin = performance.now();
  const codec = (await load('index.js')) as CodecModule;
  const { createNodeRuntime } = (await load(
    'node/index.js',
  )) as typeof import('../src/node/index.js');
  const runtime = await createNodeRuntime();
  const startMs = performance.now() - begin;
  const label = 'Node';
  const run: RunPass = async (clip, pass) => {
    const stream = await readY4m(createReadStream(path.join(clips, clip)));
    return timePass(codec, runtime, stream, pass);
  };
  const sizes = await timeSizes(label, qp, run, peakMemory);
  await runtime.close();
  return { label, startMs, memoryBefore, sizes };
}

async function timeChromium(
  qp: number,
  clips: string,
): Promise<{ host: Host; webCodecs: SpeedReport['webCodecs']; version: string }> {
  const executable = process.env['INNCALL_CHROMIUM'] ?? '/usr/bin/chromium';
  const bench = await ChromiumBench.open(executable, clips);
  try {
    const label = 'Chromium worker';
    const memoryBefore = await bench.peakMemory();
    const startMs = await bench.start();
    const run: RunPass = (clip, pass) => bench.pass(`/clips/${clip}`, pass);
    const sizes = await timeSizes(label, qp, run, () => bench.peakMemory());
    const webCodecs: SpeedReport['webCodecs'][number][] = [];
    for (const { size, bitrate } of SIZES) {
      for (const codec of WEB_CODECS) {
        log(`WebCodecs ${codec.label}, ${size}`);
        const result = await bench
          .webCodec(`/clips/${size}.y4m`, codec, bitrate)
          .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
        webCodecs.push({ size, codec, result });
      }
    }
    return { host: { label, startMs, memoryBefore, sizes }, webCodecs, version: bench.version };
  } finally {
    await bench.close();
  }
}

async function assetSizes(): Promise<Record<string, number>> {
  const folder = path.join(DIST, 'assets');
  const sizes: Record<string, number> = {};
  for (const name of (await readdir(folder)).sort()) {
    sizes[name] = (await stat(path.join(folder, name))).size;
  }
  return sizes;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    process.stdout.write(HELP);
    return;
  }
  const { clip, frames, qp } = options;
  await stat(clip).catch(() => {
    throw new Error(`There is no clip ${clip}; give one with --clip FILE.`);
  });
  const loadBefore = loadavg()[0] ?? 0;
  const clips = await mkdtemp(path.join(tmpdir(), 'inncall-speed-'));
  try {
    for (const { size } of SIZES) {
      const filter = `scale=size=${size}:flags=bicubic:out_range=tv,format=yuv420p`;
      const output = path.join(clips, `${size}.y4m`);
      await ffmpeg('-i', clip, '-an', '-vf', filter, '-frames:v', String(frames), output);
    }
    const node = await timeNode(qp, clips);
    const chromium = await timeChromium(qp, clips);
    const report: SpeedReport = {
      ...{ clip: path.basename(clip), frames, qp, activityQp: ACTIVITY_QP },
      bitrates: SIZES.map(({ size, bitrate }) => ({ size, bitrate })),
      loadBefore,
      hosts: [node, chromium.host],
      webCodecs: chromium.webCodecs,
      versions: `Node ${process.version}, Chromium ${chromium.version}`,
      assetBytes: await assetSizes(),
    };
    if (options.docs !== undefined) await writeReport(options.docs, report);
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify(report, null, 1));
  } finally {
    await rm(clips, { recursive: true, force: true });
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`bench:speed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
