import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ffmpeg, run } from '../ffmpeg.js';

/** A clip of the folder before scaling. */
export interface Clip {
  /** File name without its ending. */
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Size in the benchmark: at most 640·360 samples, sides multiples of 8, never enlarged. */
  readonly width: number;
  readonly height: number;
  /** Frames per second as ffmpeg writes it, `30000/1001`. */
  readonly frameRate: string;
  /** Options that ffmpeg needs in front of `-i`. */
  readonly inputOptions: readonly string[];
}

const MAX_SAMPLES = 640 * 360;
const VIDEO_FILE = /\.(mp4|mkv|mov|avi|webm|y4m|264|h264|265|hevc|yuv)$/i;
const RAW_STREAM = /\.(264|h264|265|hevc)$/i;

const Probe = z.object({
  streams: z
    .array(z.object({ width: z.int().min(8), height: z.int().min(8), r_frame_rate: z.string() }))
    .min(1),
});

/** Largest size of about the same shape within 640·360 samples, both sides multiples of 8. */
export function benchmarkSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(MAX_SAMPLES / (width * height)));
  const side = (length: number) => Math.max(8, 8 * Math.floor((length * scale) / 8 + 1e-6));
  return { width: side(width), height: side(height) };
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Size and rate of headerless .yuv files from an INDEX.tsv in the folder or the one above. */
async function rawFormat(file: string): Promise<string[] | undefined> {
  const folder = path.dirname(file);
  for (const index of [path.join(folder, 'INDEX.tsv'), path.join(folder, '..', 'INDEX.tsv')]) {
    const text = await readFile(index, 'utf8').catch(() => '');
    const [header = '', ...rows] = text.split('\n');
    const columns = header.split('\t');
    for (const row of rows) {
      const cells = row.split('\t');
      const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
      if (path.basename(cell('file')) !== path.basename(file)) continue;
      const size = `${cell('width')}x${cell('height')}`;
      return [
        '-f',
        'rawvideo',
        '-pix_fmt',
        'yuv420p',
        '-video_size',
        size,
        '-framerate',
        cell('fps'),
      ];
    }
  }
  return undefined;
}

async function inputOptions(file: string): Promise<string[] | undefined> {
  if (/\.yuv$/i.test(file)) return rawFormat(file);
  // A raw elementary stream has no frame rate of its own.
  return RAW_STREAM.test(file) ? ['-framerate', '30'] : [];
}

async function openClip(file: string): Promise<Clip | string> {
  const options = await inputOptions(file);
  if (!options) return 'no size in INDEX.tsv';
  const entries = 'stream=width,height,r_frame_rate';
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'json'];
  const json: unknown = JSON.parse((await run('ffprobe', [...options, ...args, file])).toString());
  const stream = Probe.parse(json).streams[0];
  if (!stream) return 'no video stream';
  return {
    name: path.basename(file).replace(/\.[^.]*$/, ''),
    path: file,
    sha256: await sha256(file),
    sourceWidth: stream.width,
    sourceHeight: stream.height,
    ...benchmarkSize(stream.width, stream.height),
    frameRate: RAW_STREAM.test(file) ? '30/1' : stream.r_frame_rate,
    inputOptions: options,
  };
}

/** All readable clips of a folder in the order of their names; the others are reported to `skip`. */
export async function findClips(
  folder: string,
  skip: (file: string, reason: string) => void,
): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (!VIDEO_FILE.test(file)) continue;
    const clip = await openClip(path.join(folder, file)).catch((error: unknown) => String(error));
    if (typeof clip === 'string') skip(file, clip);
    else clips.push(clip);
  }
  return clips;
}

/** Writes the first `frames` frames at the size of the benchmark as y4m. */
export async function scaleClip(clip: Clip, frames: number, output: string): Promise<void> {
  const filter = `scale=${clip.width}:${clip.height}:flags=bicubic:out_range=tv,format=yuv420p,setsar=1`;
  await ffmpeg(
    ...clip.inputOptions,
    ...['-i', clip.path, '-map', '0:v:0', '-vsync', 'passthrough', '-vf', filter],
    ...['-frames:v', String(frames), '-f', 'yuv4mpegpipe', output],
  );
}
