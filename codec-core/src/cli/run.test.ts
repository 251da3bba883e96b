import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeHeader } from '../bitstream/header.js';
import type { FrameStats } from '../codec/types.js';
import { CodecError } from '../errors.js';
import { type I420Frame, i420Size } from '../frame/i420.js';
import { y4mFrameMarker, y4mHeader } from '../media/y4m.js';
import type { OperatingPoint } from '../quant/points.js';
import type { Codec } from './codec.js';
import { runInnc } from './run.js';
import type { StreamStats } from './stats.js';

const WIDTH = 18;
const HEIGHT = 10;
const MODEL_ID = 0x1234abcd;
const HEADER_SPACE = 16;

/** A codec that coarsens samples to multiples of `qp + 1` and keeps them as they are. */
class PlainCodec implements Codec {
  readonly modelId = MODEL_ID;
  readonly points: OperatingPoint[] = [];
  closed = 0;
  failAt = Infinity;

  createEncoder(width: number, height: number) {
    let reconstruction: I420Frame | undefined;
    let frameId = 0;
    return {
      encode: (frame: I420Frame, point: OperatingPoint) => {
        if (frameId === this.failAt) throw new CodecError('bad-argument', 'asked to\nfail');
        this.points.push(point);
        const step = point.qp + 1;
        const samples = frame.data.map((value) => Math.floor(value / step) * step);
        reconstruction = { ...frame, data: samples };
        const data = new Uint8Array(HEADER_SPACE + samples.length);
        data.set(samples, HEADER_SPACE);
        const type = point.keyFrame ? ('key' as const) : ('predicted' as const);
        const { qp } = point;
        const common = {
          type,
          qp,
          groups: 4,
          exact: qp === 0,
          frameId,
          modelId: MODEL_ID,
          checksum: frameId,
        };
        writeHeader(data, { ...common, referenceId: frameId - 1, width, height });
        const stats: FrameStats = {
          ...common,
          bytes: data.length,
          bits: { header: 8 * HEADER_SPACE, group0: 8 * samples.length },
          activeShare: point.keyFrame ? 1 : 0.5,
          stages: { search: 1, entropy: 2 },
        };
        frameId++;
        return Promise.resolve({ data, stats });
      },
      get reconstruction() {
        return reconstruction;
      },
      close: () => this.#close(),
    };
  }

  createDecoder() {
    let frameId = 0;
    return {
      decode: (data: Uint8Array, timestamp: number) => {
        const samples = data.slice(HEADER_SPACE);
        const stats: FrameStats = {
          type: frameId === 0 ? 'key' : 'predicted',
          frameId,
          qp: data[1] ?? 0,
          exact: data[1] === 0,
          bytes: data.length,
          bits: {},
          activeShare: 1,
          stages: { inverse: 3 },
          checksum: frameId++,
        };
        const frame = { width: WIDTH, height: HEIGHT, timestamp, data: samples };
        return Promise.resolve({ frame, stats });
      },
      close: () => this.#close(),
    };
  }

  close() {
    return this.#close();
  }

  #close() {
    this.closed++;
    return Promise.resolve();
  }
}

class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  isTTY = false;

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

function clip(frames: number, width = WIDTH, height = HEIGHT): Buffer {
  const frameRate = { numerator: 25, denominator: 1 };
  const parts: Uint8Array[] = [y4mHeader({ width, height, frameRate })];
  for (let i = 0; i < frames; i++) {
    const samples = Uint8Array.from({ length: i420Size(width, height) }, (_, j) => 7 * i + j);
    parts.push(y4mFrameMarker(), samples);
  }
  return Buffer.concat(parts);
}

let folder = '';
let codec = new PlainCodec();
const at = (name: string) => path.join(folder, name);

async function innc(argv: readonly string[], options: { stdin?: Readable; tty?: boolean } = {}) {
  const stdout = new Sink();
  const stderr = new Sink();
  stderr.isTTY = options.tty ?? false;
  const code = await runInnc(argv, {
    stdin: options.stdin ?? new PassThrough().end(),
    stdout,
    stderr,
    signal: new AbortController().signal,
    loadCodec: () => Promise.resolve(codec),
  });
  return { code, stdout, stderr: stderr.text };
}

async function readStats(name: string): Promise<StreamStats> {
  return JSON.parse(await readFile(at(name), 'utf8')) as StreamStats;
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'innc-'));
  codec = new PlainCodec();
  await writeFile(at('in.y4m'), clip(6));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('innc', () => {
  it('encodes and decodes files and is silent', async () => {
    const encoded = await innc(['encode', at('in.y4m'), at('a.innc'), '--lossless']);
    expect(encoded).toMatchObject({ code: 0, stderr: '' });
    const decoded = await innc(['decode', at('a.innc'), at('out.y4m')]);
    expect(decoded).toMatchObject({ code: 0, stderr: '' });
    expect((await readFile(at('out.y4m'))).equals(await readFile(at('in.y4m')))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['a.innc', 'in.y4m', 'out.y4m']);
    expect(codec.closed).toBe(4);
  });

  it('works through pipes', async () => {
    const encoded = await innc(['encode', '-', '-', '--qp=0'], { stdin: Readable.from([clip(3)]) });
    expect(encoded.code).toBe(0);
    const decoded = await innc(['decode', '-', '-'], {
      stdin: Readable.from([encoded.stdout.bytes]),
    });
    expect(decoded.code).toBe(0);
    expect(decoded.stdout.bytes.equals(clip(3))).toBe(true);
  });

  it('gives every frame and the totals in the statistics', async () => {
    await innc(['encode', at('in.y4m'), at('a.innc'), '--qp', '9', '--json', at('e.json')]);
    const stats = await readStats('e.json');
    const bytes = HEADER_SPACE + i420Size(WIDTH, HEIGHT);
    expect(stats).toMatchObject({ width: WIDTH, height: HEIGHT, frameRate: 25, modelId: MODEL_ID });
    expect(stats.frames).toHaveLength(6);
    expect(stats.frames[2]).toMatchObject({
      index: 2,
      timestamp: 80_000,
      type: 'predicted',
      qp: 9,
      bytes,
      activeShare: 0.5,
      stagesMs: { search: 1, entropy: 2 },
      checksum: '00000002',
    });
    // Multiples of 10: errors 0..9, about evenly spread.
    expect(stats.frames[2]?.psnr?.weighted).toBeCloseTo(33.6, 0);
    expect(stats.totals).toMatchObject({
      frames: 6,
      keyFrames: 1,
      bytes: 6 * bytes,
      seconds: 0.24,
      stagesMs: { search: 1, entropy: 2 },
    });
    expect(stats.totals.kilobitsPerSecond).toBeCloseTo((bytes * 8 * 25) / 1000, 6);
    expect(stats.totals.activeShare).toBeCloseTo(3.5 / 6, 6);

    await innc(['decode', at('a.innc'), at('out.y4m'), '--json', at('d.json')]);
    const decoded = await readStats('d.json');
    expect(decoded.frames.map((frame) => frame.checksum)).toEqual(
      stats.frames.map((frame) => frame.checksum),
    );
    expect(decoded.frames[0]?.psnr).toBeUndefined();
  });

  it('places key frames', async () => {
    await innc(['encode', at('in.y4m'), at('a.innc'), '--keyint', '3']);
    expect(codec.points.map((point) => point.keyFrame)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it('steers a bit rate', async () => {
    expect((await innc(['encode', at('in.y4m'), at('a.innc'), '--bitrate', '20'])).code).toBe(0);
    // The plain codec ignores the index: frames are coded again, and the controller goes up with it.
    expect(codec.points.length).toBeGreaterThan(6);
    expect(codec.points[0]?.keyFrame).toBe(true);
    expect(codec.points.at(-1)?.qp).toBeGreaterThan(codec.points[0]?.qp ?? Infinity);
    const { code, stdout } = await innc(['info', at('a.innc')]);
    expect(code).toBe(0);
    expect(stdout.text).toContain('6, 1 key');
  });

  it('describes a file', async () => {
    await innc(['encode', at('in.y4m'), at('a.innc'), '--qp', '20', '--keyint', '4']);
    const { code, stdout } = await innc(['info', at('a.innc')]);
    expect(code).toBe(0);
    expect(stdout.text.split('\n').map((line) => line.slice(11))).toEqual([
      '18×10',
      '25 fps',
      '6, 2 key',
      '0.24 s',
      `${6 * (HEADER_SPACE + 270)} bytes, 57.2 kbit/s`,
      '10..20',
      '1234abcd',
      '',
    ]);
  });

  it('shows progress on a terminal and wipes it', async () => {
    const { stderr } = await innc(['encode', at('in.y4m'), at('a.innc')], { tty: true });
    expect(stderr).toMatch(/frame 1 .*index 22 .*dB/);
    expect(stderr.endsWith('\r\x1b[K')).toBe(true);
  });

  it('prints help', async () => {
    for (const argv of [[], ['--help'], ['help'], ['encode', '--help']]) {
      const { code, stdout } = await innc(argv);
      expect(code).toBe(0);
      expect(stdout.text).toContain('innc encode IN.y4m OUT.innc');
    }
  });

  it.each([
    ['transcode a b', /Unknown command "transcode"/],
    ['encode only', /input and an output/],
    ['encode a b c', /input and an output/],
    ['encode a b --qp', /--qp needs a value/],
    ['encode a b --qp 64', /--qp takes a whole number from 0 to 63/],
    ['encode a b --qp 1.5', /--qp takes a whole number/],
    ['encode a b --qp -1', /--qp takes a whole number/],
    ['encode a b --bitrate 0', /--bitrate takes/],
    ['encode a b --groups 5', /--groups takes a whole number from 1 to 4/],
    ['encode a b --bitrate 300 --groups 2', /--groups goes with --qp only/],
    ['encode a b --lossless=1', /takes no value/],
    ['encode a b --lossless --qp 3', /--qp and --lossless exclude each other/],
    ['encode a b --qp 3 --qp 4', /given twice/],
    ['encode a b --fast', /Unknown option --fast/],
    ['decode a b --qp 3', /Unknown option --qp/],
    ['encode a b --constructor 3', /Unknown option --constructor/],
    ['info', /takes one file/],
    ['info a b', /takes one file/],
  ])('answers "%s" with one line and exit code 2', async (line, message) => {
    const { code, stderr, stdout } = await innc(line.split(' '));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.match(/\n/g)).toHaveLength(1);
    expect(stdout.bytes).toHaveLength(0);
  });

  it.each([
    ['encode', 'missing.y4m', undefined, /no such file.*missing\.y4m/],
    ['encode', 'cut.y4m', clip(2).subarray(0, -5), /ends within frame 1/],
    ['encode', 'none.y4m', clip(0), /no frames/],
    ['encode', 'text.y4m', Buffer.from('hello'), /not a y4m file.*ffmpeg/],
    ['decode', 'text.innc', Buffer.from('hello'), /not an INNC file/],
    ['decode', 'empty.innc', Buffer.alloc(0), /not an INNC file/],
    ['info', 'text.innc', Buffer.from('hello'), /not an INNC file/],
  ])('%s of %s leaves nothing behind', async (command, name, content, message) => {
    if (content) await writeFile(at(name), content);
    const before = await readdir(folder);
    const argv = command === 'info' ? [at(name)] : [at(name), at('out'), '--json', at('s.json')];
    const { code, stderr } = await innc([command, ...argv]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.match(/\n/g)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(before);
  });

  it('keeps an older output when coding fails half way', async () => {
    await writeFile(at('a.innc'), 'older');
    codec.failAt = 3;
    const { code, stderr } = await innc(['encode', at('in.y4m'), at('a.innc')]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'innc: asked to fail\n' });
    expect(await readFile(at('a.innc'), 'utf8')).toBe('older');
    expect((await readdir(folder)).sort()).toEqual(['a.innc', 'in.y4m']);
  });

  it('says which folder is missing for the output', async () => {
    const { code, stderr } = await innc(['encode', at('in.y4m'), at('no/a.innc')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no such file or directory.*no\/a\.innc/);
  });

  it('stops when interrupted', async () => {
    const stderr = new Sink();
    const code = await runInnc(['encode', at('in.y4m'), at('a.innc')], {
      stdin: new PassThrough(),
      stdout: new Sink(),
      stderr,
      signal: AbortSignal.abort(new Error('Interrupted.')),
      loadCodec: () => Promise.resolve(codec),
    });
    expect({ code, text: stderr.text }).toEqual({ code: 1, text: 'innc: Interrupted.\n' });
    expect(await readdir(folder)).toEqual(['in.y4m']);
  });

  it('rejects a file of another size than its frames', async () => {
    await writeFile(at('wide.y4m'), clip(1, 20, 10));
    await innc(['encode', at('wide.y4m'), at('a.innc')]);
    const { code, stderr } = await innc(['decode', at('a.innc'), at('out.y4m')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/18×10, the file says 20×10/);
  });
});
