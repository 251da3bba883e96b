import type { Kernels, Pointer } from '../kernels/kernels.js';
import { planesOf, type I420Frame } from '../frame/i420.js';
import { STATE_BYTES, VECTOR_BYTES } from '../motion/geometry.js';
import type { TakeMemory } from './types.js';

/** Coefficients of a block. */
export const ROW = 96;
/** Inputs of the key-frame field of a block. */
export const KEY_FIELD_INPUTS = 40;
/** First channel and number of channels of each frequency group in a row. */
export const GROUPS = [
  { first: 0, size: 3 },
  { first: 3, size: 9 },
  { first: 12, size: 29 },
  { first: 41, size: 55 },
] as const;
const LARGEST_GROUP = 55;

/** Luma, U and V of a picture, one after the other and tightly packed, in kernel memory. */
export interface PicturePlanes {
  readonly y: Pointer;
  readonly u: Pointer;
  readonly v: Pointer;
  readonly bytes: number;
}

/** Sizes that follow from a picture's size, padded to whole 8×8 blocks. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Luma size padded to multiples of 8. */
  readonly w8: number;
  readonly h8: number;
  /** Blocks across, down and in all. */
  readonly columns: number;
  readonly rows: number;
  readonly blocks: number;
}

function gridOf(width: number, height: number): Grid {
  const columns = Math.ceil(width / 8);
  const rows = Math.ceil(height / 8);
  return { width, height, w8: columns * 8, h8: rows * 8, columns, rows, blocks: columns * rows };
}

/** All buffers that coding one picture needs, allocated once for a size. */
export interface Workspace {
  readonly grid: Grid;
  readonly current: PicturePlanes;
  readonly prediction: PicturePlanes;
  /** The decoded picture. */
  readonly decoded: PicturePlanes;
  /** i16 [blocks][96]: coefficients to code, their prediction (then decoded), symbols. */
  readonly target: Pointer;
  readonly base: Pointer;
  readonly symbols: Pointer;
  /** i32 [blocks]: numbers of the blocks in work, and 0, 1, 2 .. */
  readonly list: Pointer;
  readonly identity: Pointer;
  /** i32 [blocks]: rows of the two checkerboard colours of a key frame, and how many. */
  readonly colours: readonly { readonly rows: Pointer; readonly count: number }[];
  /** i32 [blocks] each: active rows of the two colours of a predicted frame. */
  readonly activeColours: readonly [Pointer, Pointer];
  readonly neighbours: Pointer;
  readonly someNeighbours: Pointer;
  readonly numbers: Pointer;
  /** i32 or f32 [blocks]: error or gain of every block. */
  readonly errors: Pointer;
  readonly gains: Pointer;
  /** f32 [blocks]: price of a bit in each block in work (encoder only). */
  readonly prices: Pointer;
  readonly flags: Pointer;
  readonly motion: Pointer;
  /** Work space of the motion search; 0 for a decoder, which needs none. */
  readonly searchScratch: Pointer;
  /** u8 or s8 tables of network inputs and outputs. */
  readonly compressed: Pointer;
  readonly keyField: Pointer;
  readonly context: Pointer;
  /** u8 [blocks][3]: compressed changes of the DCs of a predicted frame. */
  readonly dcChange: Pointer;
  readonly stateRows: Pointer;
  readonly state: Pointer;
  readonly means: Pointer;
  readonly scales: Pointer;
  readonly wide: Pointer;
  readonly dcWork: Pointer;
  readonly payload: Pointer;
  readonly payloadBytes: number;
  readonly contexts: Contexts;
}

/** Adaptive models, carried with every reference: one stretch of memory. */
export interface Contexts {
  readonly start: Pointer;
  readonly bytes: number;
  readonly motion: Pointer;
  readonly flags: Pointer;
  /** One set of latent models for every group. */
  readonly groups: readonly Pointer[];
  readonly dc: Pointer;
}

function allocatePlanes(kernels: Kernels, grid: Grid): PicturePlanes {
  const luma = grid.w8 * grid.h8;
  const bytes = (luma * 3) / 2;
  const y = kernels.allocate(bytes);
  return { y, u: y + luma, v: y + luma + luma / 4, bytes };
}

function allocateContexts(kernels: Kernels): Contexts {
  const motionBytes = kernels.constant('MOTION_CONTEXT_BYTES');
  const flagBytes = kernels.constant('FLAG_CONTEXT_BYTES');
  const latentBytes = kernels.constant('LATENT_CONTEXT_BYTES');
  const dcBytes = kernels.constant('DC_CONTEXT_BYTES');
  const bytes = motionBytes + flagBytes + GROUPS.length * latentBytes + dcBytes;
  const start = kernels.allocate(bytes);
  const flags = start + motionBytes;
  const latents = flags + flagBytes;
  const dc = latents + GROUPS.length * latentBytes;
  return {
    start,
    bytes,
    motion: start,
    flags,
    groups: GROUPS.map((_, g) => latents + g * latentBytes),
    dc,
  };
}

/** Puts every model at its initial state, as at a key frame. */
export function resetContexts(kernels: Kernels, contexts: Contexts): void {
  kernels.run.initMotionContexts(contexts.motion);
  kernels.run.initFlagContexts(contexts.flags);
  for (const set of contexts.groups) kernels.run.initLatentContexts(set);
  kernels.run.initDcContexts(contexts.dc);
}

export function createWorkspace(
  kernels: Kernels,
  width: number,
  height: number,
  forEncoder: boolean,
): Workspace {
  const grid = gridOf(width, height);
  const { blocks, columns } = grid;
  const table = (bytes: number): Pointer => kernels.allocate(blocks * bytes);
  const payloadBytes = blocks * ROW * 4 + 4096;
  const identity = table(4);
  const colours = [0, 1].map((parity) => {
    const numbers: number[] = [];
    for (let i = 0; i < blocks; i++) {
      if (((i % columns) + Math.floor(i / columns)) % 2 === parity) numbers.push(i);
    }
    const rows = kernels.allocate(4 * blocks);
    kernels.int32(rows, numbers.length).set(numbers);
    return { rows, count: numbers.length };
  });
  kernels.int32(identity, blocks).set(Array.from({ length: blocks }, (_, i) => i));
  return {
    grid,
    current: allocatePlanes(kernels, grid),
    prediction: allocatePlanes(kernels, grid),
    decoded: allocatePlanes(kernels, grid),
    target: table(2 * ROW),
    base: table(2 * ROW),
    symbols: table(2 * ROW),
    list: table(4),
    identity,
    colours,
    activeColours: [table(4), table(4)],
    neighbours: table(32),
    someNeighbours: table(32),
    numbers: kernels.allocate(4 * (columns + 2) * (grid.rows + 2)),
    errors: table(4),
    gains: table(4),
    prices: forEncoder ? table(4) : 0,
    flags: table(1),
    motion: table(VECTOR_BYTES),
    searchScratch: forEncoder
      ? kernels.allocate(kernels.run.motionSearchBytes(grid.w8, grid.h8))
      : 0,
    compressed: table(ROW),
    keyField: table(KEY_FIELD_INPUTS),
    context: table(LARGEST_GROUP),
    dcChange: table(GROUPS[0].size),
    stateRows: table(STATE_BYTES),
    state: table(STATE_BYTES),
    means: table(LARGEST_GROUP),
    scales: table(LARGEST_GROUP),
    wide: table(ROW),
    dcWork: table(kernels.constant('DC_WORK_BYTES_PER_BLOCK')),
    payload: kernels.allocate(payloadBytes),
    payloadBytes,
    contexts: allocateContexts(kernels),
  };
}

/** Copies a frame into padded planes, repeating its last column and row. */
export function loadFrame(kernels: Kernels, grid: Grid, frame: I420Frame, to: PicturePlanes): void {
  const { y, u, v } = planesOf(frame);
  const cw = (grid.width + 1) >> 1;
  const ch = (grid.height + 1) >> 1;
  loadPlane(kernels, y, grid.width, grid.height, to.y, grid.w8, grid.h8);
  loadPlane(kernels, u, cw, ch, to.u, grid.w8 / 2, grid.h8 / 2);
  loadPlane(kernels, v, cw, ch, to.v, grid.w8 / 2, grid.h8 / 2);
}

function loadPlane(
  kernels: Kernels,
  source: Uint8Array,
  width: number,
  height: number,
  to: Pointer,
  stride: number,
  rows: number,
): void {
  const target = kernels.bytes(to, stride * rows);
  for (let r = 0; r < rows; r++) {
    const from = Math.min(r, height - 1) * width;
    target.set(source.subarray(from, from + width), r * stride);
    target.fill(source[from + width - 1] ?? 0, r * stride + width, (r + 1) * stride);
  }
}

/** Copies decoded planes to a tightly packed frame of the picture's own size, in memory from `take`. */
export function saveFrame(
  kernels: Kernels,
  grid: Grid,
  from: PicturePlanes,
  timestamp: number,
  take: TakeMemory = (bytes) => new Uint8Array(bytes),
): I420Frame {
  const cw = (grid.width + 1) >> 1;
  const ch = (grid.height + 1) >> 1;
  const data = take(grid.width * grid.height + 2 * cw * ch);
  let at = 0;
  for (const [pointer, width, height, stride] of [
    [from.y, grid.width, grid.height, grid.w8],
    [from.u, cw, ch, grid.w8 / 2],
    [from.v, cw, ch, grid.w8 / 2],
  ] as const) {
    const source = kernels.bytes(pointer, stride * height);
    for (let r = 0; r < height; r++) {
      data.set(source.subarray(r * stride, r * stride + width), at);
      at += width;
    }
  }
  return { width: grid.width, height: grid.height, timestamp, data };
}
