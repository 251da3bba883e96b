/**
 * Prepares training data: `node prepare.mjs CLIPS_FOLDER OUT_FOLDER` (codec-core built, ffmpeg installed).
 *
 * From every clip up to four segments of 12 frames, scaled down as in `clips.mjs`, with the motion that
 * the codec chooses when it codes the segment at each of INDICES: from decoded pictures, at the price of
 * bits there. A segment is a folder of y.npy, u.npy, v.npy (u8 [12][h][w]) and mv.npy (i16
 * [4][12][h/8][w/8][2] by index, quarter samples, frame 0 zero). Segments that exist are kept, so an
 * interrupted run goes on.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createEncoder } from '../dist/index.js';
import { createNodeRuntime } from '../dist/node/index.js';
import { decode, targetSize } from './clips.mjs';
import { replaceKernel } from './kernelCalls.mjs';

const SEGMENTS = [
  { start: 0, stride: 1 },
  { start: 40, stride: 2 },
  { start: 90, stride: 1 },
  { start: 112, stride: 1 },
];
const FRAMES = 12;
const LEAST_FRAMES = 6;
const CLIP_FRAMES = Math.max(...SEGMENTS.map((s) => s.start + s.stride * FRAMES));
/** Indices of predicted frames; `inntrain/data.py` knows them. The key frame is KEY_FINER indices finer. */
const INDICES = [22, 34, 42, 50];
const KEY_FINER = 10;

const [clips, out] = process.argv.slice(2);
if (!clips || !out) {
  console.error('usage: node prepare.mjs CLIPS_FOLDER OUT_FOLDER');
  process.exit(2);
}

function npy(type, shape, data) {
  const dict = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const header = Buffer.from(`\x93NUMPY\x01\x00\0\0${dict.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

let motion = new Int16Array();
replaceKernel('searchMotion', (kernels, searchMotion) => (...call) => {
  searchMotion(...call);
  const grid = call[8];
  motion.set(new Int16Array(kernels.run.memory.buffer, grid, motion.length));
});

/** Motion of every frame from the one before at every index. */
async function motionOf(runtime, frames, { width, height }) {
  const components = (width * height) / 32;
  const all = new Int16Array(INDICES.length * frames.length * components);
  let at = 0;
  for (const index of INDICES) {
    const encoder = createEncoder(runtime, { width, height });
    for (const [timestamp, data] of frames.entries()) {
      const keyFrame = timestamp === 0;
      motion = all.subarray(at, (at += components));
      const qp = keyFrame ? index - KEY_FINER : index;
      await encoder.encode({ width, height, timestamp, data }, { qp, keyFrame });
    }
    await encoder.close();
  }
  return all;
}

function writeSegment(folder, frames, size, vectors) {
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
  const grid = [INDICES.length, n, height / 8, width / 8, 2];
  writeFileSync(join(part, 'mv.npy'), npy('<i2', grid, vectors));
  renameSync(part, folder);
}

const runtime = await createNodeRuntime();
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
      writeSegment(folders[k], chosen, size, await motionOf(runtime, chosen, size));
      segments++;
    }
    console.log(`${name}: ${size.width}x${size.height}`);
  } catch (error) {
    console.error(`${name}: left out, ${error.message.split('\n')[0]}`);
  }
}
await runtime.close();
console.log(`${segments} new segments in ${out}`);
