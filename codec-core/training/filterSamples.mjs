/**
 * Samples for the weights of the in-loop filter: `node filterSamples.mjs CLIPS_FOLDER OUT_FILE`
 * (codec-core built, ffmpeg installed). `inntrain/filter.py` solves the weights from them.
 *
 * Codes the first frames of every clip at the index that each set of weights is for, and writes some
 * of the coded blocks as the filter gets them (RECORD in `inntrain/filter.py`). The filter's weights
 * are zero meanwhile, which is no filter, so that the result does not depend on those built in.
 */
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createEncoder } from '../dist/index.js';
import { createNodeRuntime } from '../dist/node/index.js';
import { decode, targetSize } from './clips.mjs';
import { replaceKernel } from './kernelCalls.mjs';

/** Indices of predicted frames; the key frame before them is KEY_FINER indices finer. */
const INDICES = [22, 34, 42, 50];
const KEY_FINER = 10;
const FRAMES = 16;
/** Blocks taken of a predicted frame and of a key frame, about. */
const TAKEN = { predicted: 40, key: 120 };
/** Weights, i16, of the filter. */
const WEIGHTS = 2 * 4 * 6 * 18;
/** A block's samples before rounding: 96 of i16. */
const ROW_BYTES = 192;

const [folder, out] = process.argv.slice(2);
if (!folder || !out) {
  console.error('usage: node filterSamples.mjs CLIPS_FOLDER OUT_FILE');
  process.exit(2);
}

let state = 1;
/** Uniform in 0 .. 1, the same in every run. */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Planes of a packed picture: pixels, size, side of a block. */
function planes(data, w, h) {
  const luma = w * h;
  const half = { w: w / 2, h: h / 2, side: 4 };
  return [
    { data: data.subarray(0, luma), w, h, side: 8 },
    { data: data.subarray(luma, luma * 1.25), ...half },
    { data: data.subarray(luma * 1.25, luma * 1.5), ...half },
  ];
}

/** Pixels of block (bx, by) and `margin` around it, edges repeated. */
function patch({ data, w, h, side }, bx, by, margin) {
  const limit = (value, size) => Math.min(size - 1, Math.max(0, value));
  const length = side + 2 * margin;
  return Uint8Array.from({ length: length * length }, (_, i) => {
    const x = limit(bx * side - margin + (i % length), w);
    const y = limit(by * side - margin + Math.floor(i / length), h);
    return data[y * w + x];
  });
}

const file = openSync(out, 'w');
let source;
/** Notes some of the blocks that are about to be filtered. */
function record(kernels, rows, list, count, fromY, _toY, w, h, _step, qp, key) {
  const before = planes(kernels.bytes(fromY, w * h * 1.5), w, h);
  const original = planes(source, w, h);
  const samples = kernels.bytes(rows, ROW_BYTES * count);
  const share = (key ? TAKEN.key : TAKEN.predicted) / count;
  for (const [n, block] of kernels.int32(list, count).entries()) {
    if (random() > share) continue;
    const bx = block % (w / 8);
    const by = Math.floor(block / (w / 8));
    const parts = [
      ...before.map((plane) => patch(plane, bx, by, 2)),
      ...original.map((plane) => patch(plane, bx, by, 0)),
      samples.subarray(ROW_BYTES * n, ROW_BYTES * (n + 1)),
      [qp, key],
    ];
    writeSync(file, Buffer.concat(parts.map((part) => Buffer.from(part))));
  }
}

replaceKernel('filterBlocks', (kernels, filterBlocks) => {
  const { run } = kernels;
  new Int16Array(run.memory.buffer, run.filterWeights(), WEIGHTS).fill(0);
  return (...call) => {
    record(kernels, ...call);
    filterBlocks(...call);
  };
});

async function code(runtime, frames, { width, height }, index) {
  const encoder = createEncoder(runtime, { width, height });
  for (const [timestamp, data] of frames.entries()) {
    source = data;
    const qp = timestamp === 0 ? index - KEY_FINER : index;
    await encoder.encode({ width, height, timestamp, data }, { qp, keyFrame: timestamp === 0 });
  }
  await encoder.close();
}

const runtime = await createNodeRuntime();
for (const name of readdirSync(folder).sort()) {
  if (name.endsWith('.yuv')) continue;
  try {
    const clip = join(folder, name);
    const size = targetSize(clip);
    const frames = decode(clip, size, FRAMES);
    for (const index of INDICES) await code(runtime, frames, size, index);
    console.log(`${name}: ${size.width}x${size.height}`);
  } catch (error) {
    console.error(`${name}: left out, ${error.message.split('\n')[0]}`);
  }
}
await runtime.close();
closeSync(file);
