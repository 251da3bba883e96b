import { fetchChroma, fetchLuma } from './fetch';
import { loadVector } from './geometry';

/*
 * Overlapped compensation: near an edge where the vector changes, a block fades into what the
 * neighbour's vector predicts for it. The weights are those of AV1's overlapped motion (one-sided
 * there, towards blocks coded before; here towards all four neighbours, as the whole grid is known).
 */

/** Rows (or columns) of a block that fade, luma and chroma. */
const LUMA_DEPTH: i32 = 3;
const CHROMA_DEPTH: i32 = 1;
/** Weights of the neighbour by distance from the edge, of 64. */
const LUMA_FADE = memory.data<u8>([25, 14, 5]);
const CHROMA_FADE = memory.data<u8>([19]);

/** The neighbour's side of a block. */
const ABOVE: i32 = 0;
const BELOW: i32 = 1;
const LEFT: i32 = 2;
const RIGHT: i32 = 3;

/** Prediction of a block by the neighbour's vector, rows 8 apart. */
const OTHER = memory.data(8 * 8, 16);
const OTHER_STRIDE: i32 = 8;

let referenceY: usize = 0;
let referenceU: usize = 0;
let referenceV: usize = 0;
let predictionY: usize = 0;
let predictionU: usize = 0;
let predictionV: usize = 0;
let width: i32 = 0;
let height: i32 = 0;

/** Blends `OTHER` into a block of `size` pixels a side. */
function fade(out: usize, stride: i32, size: i32, side: i32, depth: i32, weights: usize): void {
  for (let d = 0; d < depth; d++) {
    const weight = <i32>load<u8>(weights + d);
    const line = side == BELOW || side == RIGHT ? size - 1 - d : d;
    const alongRow = side == ABOVE || side == BELOW;
    let at = out + <usize>(alongRow ? line * stride : line);
    let other = OTHER + <usize>(alongRow ? line * OTHER_STRIDE : line);
    const step: usize = alongRow ? 1 : stride;
    const otherStep: usize = alongRow ? 1 : OTHER_STRIDE;
    for (let i = 0; i < size; i++) {
      const own = <i32>load<u8>(at);
      store<u8>(at, own + (((<i32>load<u8>(other) - own) * weight + 32) >> 6));
      at += step;
      other += otherStep;
    }
  }
}

function fadeChroma(ref: usize, out: usize, vector: u32, bx: i32, by: i32, side: i32): void {
  const stride = width >> 1;
  const x = bx << 2;
  const y = by << 2;
  fetchChroma(ref, stride, height >> 1, vector, x, y, 4, 4, OTHER, OTHER_STRIDE);
  fade(out + <usize>(y * stride + x), stride, 4, side, CHROMA_DEPTH, CHROMA_FADE);
}

/** Fades all planes of the block (`bx`, `by`) towards one side, where `vector` holds. */
function fadeBlock(vector: u32, bx: i32, by: i32, side: i32): void {
  const x = bx << 3;
  const y = by << 3;
  fetchLuma(referenceY, width, height, vector, x, y, 8, 8, OTHER, OTHER_STRIDE);
  fade(predictionY + <usize>(y * width + x), width, 8, side, LUMA_DEPTH, LUMA_FADE);
  fadeChroma(referenceU, predictionU, vector, bx, by, side);
  fadeChroma(referenceV, predictionV, vector, bx, by, side);
}

/**
 * Overlaps the blocks of a prediction made by the same arguments (see `compensate`), in raster
 * order, each towards the neighbours above, below, to the left and to the right in this order.
 */
export function overlapBlocks(
  refY: usize,
  refU: usize,
  refV: usize,
  motion: usize,
  w8: i32,
  h8: i32,
  outY: usize,
  outU: usize,
  outV: usize,
): void {
  referenceY = refY;
  referenceU = refU;
  referenceV = refV;
  predictionY = outY;
  predictionU = outU;
  predictionV = outV;
  width = w8;
  height = h8;
  const columns = w8 >> 3;
  const rows = h8 >> 3;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const own = loadVector(motion, columns, x, y);
      const above = y > 0 ? loadVector(motion, columns, x, y - 1) : own;
      const below = y + 1 < rows ? loadVector(motion, columns, x, y + 1) : own;
      const left = x > 0 ? loadVector(motion, columns, x - 1, y) : own;
      const right = x + 1 < columns ? loadVector(motion, columns, x + 1, y) : own;
      if (above != own) fadeBlock(above, x, y, ABOVE);
      if (below != own) fadeBlock(below, x, y, BELOW);
      if (left != own) fadeBlock(left, x, y, LEFT);
      if (right != own) fadeBlock(right, x, y, RIGHT);
    }
  }
}
