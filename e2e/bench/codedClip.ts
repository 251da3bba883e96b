import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderFrame } from '../support/clip.js';
import { MAX_NUMBER, writeNumber } from './pictureNumber.js';

const CACHE = fileURLToPath(new URL('../../artifacts/clips/', import.meta.url));
const RENDERED_FRAMES = 60;
/** Forward and back again is the period of the camera. */
const MOST_FRAMES = Math.floor(MAX_NUMBER / 2);
const FRAME_MARK = Buffer.from('FRAME\n');

export interface ClipOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** A video that ffmpeg reads; `undefined`: the rendered picture. */
  readonly video: string | undefined;
}

/** A camera's y4m file in which every picture carries its own number. */
export interface CodedClip {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Pictures of one period, numbered from 0. */
  readonly period: number;
  /** Picture `code` as the camera delivers it, tight I420. */
  frame(code: number): Uint8Array;
}

/**
 * Writes the clip, or finds it: the video's first pictures forwards and then backwards, so that the
 * camera can go round without a cut.
 *
 * @throws Error when ffmpeg cannot read the video
 */
export function codedClip(options: ClipOptions): CodedClip {
  const { width, height, fps, video } = options;
  const name = video === undefined ? 'rendered' : basename(video).replace(/\.[^.]*$/, '');
  mkdirSync(CACHE, { recursive: true });
  const path = join(CACHE, `coded-${name}-${width}x${height}@${fps}.y4m`);
  if (!existsSync(path)) write(path, options);
  return openClip(name, path, options);
}

function write(path: string, { width, height, fps, video }: ClipOptions): void {
  const frames = video === undefined ? rendered(width, height) : decoded(video, width, height, fps);
  const order = [...frames.keys(), ...[...frames.keys()].reverse()];
  const unfinished = `${path}.${process.pid}`;
  const file = openSync(unfinished, 'w');
  writeSync(file, header(width, height, fps));
  for (const [code, source] of order.entries()) {
    const picture = Buffer.from(frames[source] ?? Buffer.alloc(0));
    writeNumber(picture, { width, height }, code);
    writeSync(file, FRAME_MARK);
    writeSync(file, picture);
  }
  closeSync(file);
  renameSync(unfinished, path);
}

function openClip(name: string, path: string, { width, height, fps }: ClipOptions): CodedClip {
  const file = openSync(path, 'r');
  const size = (width * height * 3) / 2;
  const start = header(width, height, fps).length;
  const read = (code: number): Uint8Array => {
    const picture = new Uint8Array(size);
    const at = start + code * (FRAME_MARK.length + size) + FRAME_MARK.length;
    if (readSync(file, picture, 0, size, at) < size) {
      throw new Error(`${path} has no picture ${code}; delete the file and run again.`);
    }
    return picture;
  };
  const sample = Buffer.alloc(1);
  let period = 0;
  while (readSync(file, sample, 0, 1, start + period * (FRAME_MARK.length + size)) === 1) period++;
  return { name, path, width, height, period, frame: read };
}

function header(width: number, height: number, fps: number): Buffer {
  return Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`);
}

function rendered(width: number, height: number): Buffer[] {
  return Array.from({ length: RENDERED_FRAMES }, (_, t) => renderFrame(width, height, t));
}

function decoded(video: string, width: number, height: number, fps: number): Buffer[] {
  const crop = `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=area,crop=${width}:${height}`;
  const raw = execFileSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-i', video, '-frames:v', String(MOST_FRAMES)],
      ...['-vf', `${crop},fps=${fps}`, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'],
    ],
    { maxBuffer: 2 ** 30 },
  );
  const size = (width * height * 3) / 2;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, i) =>
    raw.subarray(i * size, (i + 1) * size),
  );
}
