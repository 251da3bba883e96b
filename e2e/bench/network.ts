/** `npm run bench:network`: calls in real Chromium through an emulated network, INN beside VP8. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromCaller, ROOT } from '../../codec-core/bench/paths.js';
import { startServer } from '../support/server.js';
import { codedClip, type CodedClip } from './codedClip.js';
import type { Codec } from './joinPage.js';
import { analyse, WARM_UP_MS } from './network/analysis.js';
import { recordCall } from './network/call.js';
import { summaryLine, writeReport } from './network/report.js';
import { loadResult, saveResult, type NetworkResult } from './network/result.js';
import { SCENARIOS, type Scenario } from './network/scenarios.js';

const HELP = `npm run bench:network -- [options]
  --scenarios A,B,.. of ${SCENARIOS.map(({ name }) => name).join(', ')} (default all)
  --codecs A,B       of inn, vp8 (default both)
  --seconds N        length of each call (default: the scenario's own)
  --size WxH         of the camera (default 640x360)
  --fps N            of the camera (default 30)
  --clip FILE        video for the camera, or none: the rendered picture
                     (default one of ../shared/clips, else none)
  --quiet L          before each call, wait until the machine's load (1 min) is below L
  --fresh            measure again what is known from an earlier run
  --report           measure nothing, report what is known
  --json OUT         all figures
  --docs DIR         folder of BENCHMARKS.md and plots, or none (default docs)
`;

const CODECS: readonly Codec[] = ['inn', 'vp8'];
const DEFAULT_CLIP = join(ROOT, '../shared/clips/train/OpenVidu__openvidu__20.mp4');
const SEED = 1;
const LOOK_AGAIN_MS = 5000;
/**
 * A machine that delivers a smaller share of the camera's pictures, or wakes the emulation later than
 * this (95th percentile, ms), measures only itself.
 */
const LEAST_CAPTURED = 0.95;
const MOST_LATE_MS = 8;

interface Options {
  readonly scenarios: readonly Scenario[];
  readonly codecs: readonly Codec[];
  readonly seconds: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly clip: string | undefined;
  readonly quiet: number | undefined;
  readonly fresh: boolean;
  readonly reportOnly: boolean;
  readonly json: string | undefined;
  readonly docs: string | undefined;
}

function chosen<T>(
  option: string,
  text: string | undefined,
  all: readonly T[],
  name: (of: T) => string,
): readonly T[] {
  if (text === undefined) return all;
  return text.split(',').map((key) => {
    const found = all.find((candidate) => name(candidate) === key);
    if (found === undefined) throw new Error(`--${option} does not know "${key}".\n${HELP}`);
    return found;
  });
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new Error(`--${option} takes a whole number from ${low} to ${high}, not "${text}".`);
  }
  return value;
}

function readOptions(): Options | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      ...{ scenarios: text, codecs: text, seconds: text, size: text, fps: text, clip: text },
      ...{ json: text, docs: text, quiet: text, fresh: flag, report: flag, help: flag },
    },
  });
  if (values.help) return undefined;
  const size = /^(\d+)x(\d+)$/.exec(values.size ?? '640x360');
  if (size === null) throw new Error(`--size takes WxH, not "${values.size ?? ''}".`);
  const byDefault = existsSync(DEFAULT_CLIP) ? DEFAULT_CLIP : undefined;
  return {
    scenarios: chosen('scenarios', values.scenarios, SCENARIOS, ({ name }) => name),
    codecs: chosen('codecs', values.codecs, CODECS, (codec) => codec),
    seconds:
      values.seconds === undefined ? undefined : wholeNumber('seconds', values.seconds, 12, 600),
    width: wholeNumber('size', size[1] ?? '', 16, 1920),
    height: wholeNumber('size', size[2] ?? '', 16, 1080),
    fps: wholeNumber('fps', values.fps ?? '30', 1, 60),
    clip:
      values.clip === undefined
        ? byDefault
        : values.clip === 'none'
          ? undefined
          : fromCaller(values.clip),
    quiet: values.quiet === undefined ? undefined : wholeNumber('quiet', values.quiet, 1, 1000),
    fresh: values.fresh ?? false,
    reportOnly: values.report ?? false,
    json: values.json === undefined ? undefined : fromCaller(values.json),
    docs: values.docs === 'none' ? undefined : fromCaller(values.docs ?? join(ROOT, 'docs')),
  };
}

function workingTree(): string {
  return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT }).toString().trim();
}

async function untilQuiet(below: number | undefined): Promise<number> {
  for (;;) {
    const load = loadavg()[0] ?? Number.NaN;
    if (below === undefined || load < below) return load;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** What the result of a call depends on, but for the code that is measured. */
function keyOf(
  { name, title, seconds: usual }: Scenario,
  codec: Codec,
  clip: CodedClip,
  { seconds = usual, width, height, fps }: Options,
): readonly unknown[] {
  return [name, title, codec, clip.name, width, height, fps, seconds, SEED];
}

/** Of every scenario, those of earlier runs too: a part that is measured again keeps the rest. */
async function allKnown(clip: CodedClip, options: Options): Promise<NetworkResult[]> {
  const known = await Promise.all(
    SCENARIOS.flatMap((scenario) =>
      CODECS.map((codec) => loadResult(keyOf(scenario, codec, clip, options))),
    ),
  );
  return known.filter((result) => result !== undefined);
}

/**
 * From an earlier run, or measured now.
 * @returns undefined where nothing is known and the machine was too busy to measure
 */
async function resultOf(
  scenario: Scenario,
  codec: Codec,
  clip: CodedClip,
  options: Options,
  url: () => Promise<string>,
): Promise<NetworkResult | undefined> {
  const seconds = options.seconds ?? scenario.seconds;
  const { fps } = options;
  const key = keyOf(scenario, codec, clip, options);
  const known = options.fresh ? undefined : await loadResult(key);
  if (known !== undefined || options.reportOnly) return known;
  const load = await untilQuiet(options.quiet);
  const call = { url: await url(), scenario, codec, clip, fps, seconds, seed: SEED };
  const record = await recordCall(call);
  const result: NetworkResult = {
    ...analyse(scenario, record, clip, { seconds, fps }),
    ...{ codec, commit: workingTree(), measuredAt: new Date().toISOString(), load },
  };
  const expected = (fps * (1000 * seconds - WARM_UP_MS)) / 1000;
  if (result.framesCaptured < LEAST_CAPTURED * expected || result.latenessMs > MOST_LATE_MS) {
    process.stderr.write(
      `${summaryLine(result)}\nNot counted: the machine is too busy (the camera delivered ${result.framesCaptured} of ${expected} pictures, timers were ${result.latenessMs.toFixed(1)} ms late). Run again.\n`,
    );
    return undefined;
  }
  await saveResult(key, result);
  return result;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const { width, height, fps } = options;
  const clip = codedClip({ width, height, fps, video: options.clip });
  let server: ReturnType<typeof startServer> | undefined;
  const url = async (): Promise<string> => (await (server ??= startServer())).url;
  const results: NetworkResult[] = [];
  try {
    for (const scenario of options.scenarios) {
      for (const codec of options.codecs) {
        const result = await resultOf(scenario, codec, clip, options, url);
        if (result === undefined) continue;
        results.push(result);
        process.stdout.write(`${summaryLine(result)}\n`);
      }
    }
  } finally {
    await (await server)?.close();
  }
  if (options.docs !== undefined) {
    const known = await allKnown(clip, options);
    if (known.length === 0) throw new Error('nothing is known yet, so there is nothing to report.');
    await writeReport(options.docs, { results: known, clip: clip.name, width, height, fps });
  }
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(results, null, 1));
}

await main().catch((error: unknown) => {
  const messages: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    messages.push(cause.message);
  }
  process.stderr.write(`bench:network: ${messages.join(': ')}\n`);
  process.exitCode = 1;
});
