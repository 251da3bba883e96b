/** `npm run bench:latency`: calls of two browsers, INN and VP8 in turn, and where their time goes. */
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromCaller, ROOT } from '../../codec-core/bench/paths.js';
import { cameraClip } from '../support/clip.js';
import { launchBrowser } from '../support/participant.js';
import { startServer } from '../support/server.js';
import type { Codec } from './joinPage.js';
import { measureRound, type Round } from './latency/measure.js';
import { describe, writeReport } from './latency/report.js';

const HELP = `npm run bench:latency -- [options]
  --seconds N   length of each call after its warm-up (default 30)
  --rounds N    calls with each codec (default 3)
  --size WxH    of the camera (default 640x360)
  --fps N       of the camera (default 30)
  --cameras N   1: the receiver only watches and listens; 2: its camera is on too (default 1)
  --json OUT    all figures
  --docs DIR    folder of BENCHMARKS.md, or none (default docs)
`;

const CODECS: readonly Codec[] = ['inn', 'vp8'];

interface Options {
  readonly seconds: number;
  readonly rounds: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly cameras: number;
  readonly json: string | undefined;
  readonly docs: string | undefined;
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
  const { values } = parseArgs({
    options: {
      ...{ seconds: text, rounds: text, size: text, fps: text, cameras: text },
      ...{ json: text, docs: text },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const size = /^(\d+)x(\d+)$/.exec(values.size ?? '640x360');
  if (size === null) throw new Error(`--size takes WxH, not "${values.size ?? ''}".`);
  return {
    seconds: wholeNumber('seconds', values.seconds ?? '30', 5, 600),
    rounds: wholeNumber('rounds', values.rounds ?? '3', 1, 20),
    width: wholeNumber('size', size[1] ?? '', 80, 1920),
    height: wholeNumber('size', size[2] ?? '', 16, 1080),
    fps: wholeNumber('fps', values.fps ?? '30', 1, 60),
    cameras: wholeNumber('cameras', values.cameras ?? '1', 1, 2),
    json: values.json === undefined ? undefined : fromCaller(values.json),
    docs: values.docs === 'none' ? undefined : fromCaller(values.docs ?? join(ROOT, 'docs')),
  };
}

function summaryLine({ codec, joinedMs, firstPictureMs, readings, ...round }: Round): string {
  const last = readings.at(-1);
  const ms = (value: number | undefined) => value?.toFixed(0) ?? '–';
  return [
    `${codec}: glass to glass ${ms(last?.glassToGlass?.latency?.p50)} ms,`,
    `capture to display ${ms(last?.stages.captureToDisplay?.p50)} ms,`,
    `sound ahead ${ms(last?.sync?.audioLeadMs)} ms,`,
    `joined after ${ms(joinedMs)} ms, picture after ${ms(firstPictureMs)} ms,`,
    `${round.shownFps.toFixed(1)} frames/s shown`,
  ].join(' ');
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const { width, height, fps, seconds, cameras } = options;
  const load = loadavg()[0] ?? Number.NaN;
  const clip = cameraClip(width, height, fps);
  const server = await startServer();
  const browsers = [await launchBrowser(clip), await launchBrowser(clip)] as const;
  const rounds: Round[] = [];
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      for (const codec of CODECS) {
        const result = await measureRound({ ...options, url: server.url, browsers, codec });
        rounds.push(result);
        process.stdout.write(`${summaryLine(result)}\n`);
      }
    }
  } finally {
    for (const browser of browsers) await browser.close();
    await server.close();
  }
  const report = {
    ...{ rounds, width, height, fps, seconds, cameras, load },
    browser: browsers[0].version(),
  };
  if (options.docs === undefined) process.stdout.write(`${describe(report)}\n`);
  else await writeReport(options.docs, report);
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(rounds, null, 1));
}

await main().catch((error: unknown) => {
  process.stderr.write(
    `bench:latency: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
