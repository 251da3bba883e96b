/**
 * Prepares training data: `node prepare.mjs CLIPS_FOLDER OUT_FOLDER` (codec-core built, ffmpeg installed).
 *
 * From every clip up to four segments of 12 frames, scaled down as in `clips.mjs`, with the motion that
 * the codec's own search finds between the original frames. A segment is a folder of y.npy, u.npy,
 * v.npy (u8 [12][h][w]) and mv.npy (i16 [12][h/8][w/8][2], quarter samples, frame 0 zero). Segments
 * that exist are kept, so an interrupted run goes on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Kernels } from '../dist/kernels/kernels.js';
import { LUMA_PADDING, paddedBytes } from '../dist/motion/geometry.js';
import { decode, targetSize } from './clips.mjs';

const SEGMENTS = [
  { start: 0, stride: 1 },
  { start: 40, stride: 2 },
  { start: 90, stride: 1 },
  { start: 112, stride: 1 },
];
const FRAMES = 12;
const LEAST_FRAMES = 6;
const CLIP_FRAMES = Math.max(...SEGMENTS.map((s) => s.start + s.stride * FRAMES));
/** λ of the search for a step of 16, the middle of the range. */
const LAMBDA = 0.37 * 16;

const [clips, out] = process.argv.slice(2);
if (!clips || !out) {
  console.error('usage: node prepare.mjs CLIPS_FOLDER OUT_FOLDER');
  process.exit(2);
}
const module = new WebAssembly.Module(
  readFileSync(new URL('../dist/assets/kernels.wasm', import.meta.url)),
);

function npy(type, shape, data) {
  const dict = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const header = Buffer.from(`\x93NUMPY\x01\x00\0\0${dict.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Motion of every frame from the one before, in the codec's own way. */
function motionOf(frames, { width, height }) {
  const kernels = Kernels.create(module);
  const { run } = kernels;
  const blocks = (width * height) / 64;
  const current = kernels.allocate(width * height);
  const reference = kernels.allocate(paddedBytes(width, height, LUMA_PADDING));
  const grids = [kernels.allocate(4 * blocks), kernels.allocate(4 * blocks)];
  const contexts = kernels.allocate(kernels.constant('MOTION_CONTEXT_BYTES'));
  const scratch = kernels.allocate(run.motionSearchBytes(width, height));
  run.initMotionContexts(contexts);
  const all = new Int16Array(2 * blocks * frames.length);
  for (let t = 1; t < frames.length; t++) {
    kernels.bytes(current, width * height).set(frames[t - 1].subarray(0, width * height));
    run.padPlane(current, width, width, height, reference, LUMA_PADDING);
    kernels.bytes(current, width * height).set(frames[t].subarray(0, width * height));
    const [before, found] = t % 2 ? grids : [grids[1], grids[0]];
    run.searchMotion(
      ...[current, width, reference, width, height, LAMBDA, before, contexts, found, scratch, 2],
    );
    all.set(new Int16Array(run.memory.buffer, found, 2 * blocks), 2 * blocks * t);
  }
  return all;
}

function writeSegment(folder, frames, size) {
  const { width, height } = size;
  const luma = width * height;
  const plane = (from, length) =>
    Buffer.concat(frames.map((frame) => frame.subarray(from, from + length)));
  const part = `${folder}.part`;
  mkdirSync(part, { recursive: true });
  const n = frames.length;
  const chroma = [n, height / 2, width / 2];
  writeFileSync(join(part, 'y.npy'), npy('|u1', [n, height, width], plane(0, luma)));
  writeFileSync(join(part, 'u.npy'), npy('|u1', chroma, plane(luma, luma / 4)));
  writeFileSync(join(part, 'v.npy'), npy('|u1', chroma, plane(luma * 1.25, luma / 4)));
  const grid = [n, height / 8, width / 8, 2];
  writeFileSync(join(part, 'mv.npy'), npy('<i2', grid, motionOf(frames, size)));
  renameSync(part, folder);
}

let segments = 0;
for (const name of readdirSync(clips).sort()) {
  if (name.endsWith('.yuv')) continue;
  try {
    const clip = join(clips, name);
    const size = targetSize(clip);
    if (size.width < 160 || size.height < 128) continue;
    const folders = SEGMENTS.map((_, k) => join(out, `${basename(name)}.${k}`));
    if (folders.every((folder) => existsSync(folder))) continue;
    const frames = decode(clip, size, CLIP_FRAMES);
    for (const [k, { start, stride }] of SEGMENTS.entries()) {
      const chosen = frames.slice(start, start + stride * FRAMES).filter((_, i) => i % stride === 0);
      if (chosen.length < LEAST_FRAMES || existsSync(folders[k])) continue;
      writeSegment(folders[k], chosen, size);
      segments++;
    }
    console.log(`${name}: ${size.width}x${size.height}`);
  } catch (error) {
    console.error(`${name}: left out, ${error.message.split('\n')[0]}`);
  }
}
console.log(`${segments} new segments in ${out}`);
