import { codeBit, codeBypass, isReading, measuredBits, startMeasuring } from './bits';
import {
  candidateCount,
  candidateVector,
  candidateVotes,
  gatherCandidates,
  temporalVector,
} from './candidates';
import {
  VECTOR_LIMIT,
  clamp,
  fillVectors,
  isUniform,
  loadVector,
  packVector,
  vectorX,
  vectorY,
} from './geometry';

/*
 * The motion grid is a quadtree: superblocks of 64×64 pixels in raster order, split down to 8×8.
 * A node is a leaf exactly when its vectors are equal. A leaf takes a candidate by its rank or,
 * failing those, a difference to the first candidate.
 */

/** Bytes of one adaptive model. */
export const MODEL: i32 = 4;
/** Blocks along the side of a superblock. */
export const SUPERBLOCK: i32 = 8;
/** Candidates that have a rank of their own. */
const MAX_RANK: i32 = 4;
const VOTE_CLASSES: i32 = 5;
const TREND_CLASSES: i32 = 4;
const MAX_EXPONENT: i32 = 15;
/** A vector no block can have. */
export const NO_VECTOR: u32 = 0x80008000;

const SPLIT_MODELS: i32 = 0;
const RANK_MODELS: i32 = SPLIT_MODELS + 3 * 3 * 2 * MODEL;
const NONZERO_MODELS: i32 = RANK_MODELS + 4 * MAX_RANK * 2 * VOTE_CLASSES * MODEL;
const EXPONENT_MODELS: i32 = NONZERO_MODELS + 2 * TREND_CLASSES * 2 * MODEL;
const MANTISSA_MODELS: i32 = EXPONENT_MODELS + 2 * TREND_CLASSES * MAX_EXPONENT * MODEL;
const SIGN_MODELS: i32 = MANTISSA_MODELS + 2 * MAX_EXPONENT * MODEL;

/** Bytes of the adaptive contexts of motion: models of two u16 each. */
export const MOTION_CONTEXT_BYTES: i32 = SIGN_MODELS + 2 * 3 * MODEL;

let models: usize = 0;
let grid: usize = 0;
let previous: usize = 0;
let columns: i32 = 0;
let rows: i32 = 0;

/** Sets the grids and contexts that the functions below work on; sizes in blocks. */
export function openGrid(
  motion: usize,
  previousMotion: usize,
  gridColumns: i32,
  gridRows: i32,
  contexts: usize,
): void {
  models = contexts;
  grid = motion;
  previous = previousMotion;
  columns = gridColumns;
  rows = gridRows;
}

/** Changes of vector along the coded border of a node: 0, 1, or 2 for more. */
function borderChanges(bx: i32, by: i32, width: i32, height: i32): i32 {
  let changes = 0;
  if (bx > 0) {
    let last = loadVector(grid, columns, bx - 1, by);
    for (let y = by + 1; y < by + height; y++) {
      const vector = loadVector(grid, columns, bx - 1, y);
      changes += i32(vector != last);
      last = vector;
    }
  }
  if (by > 0) {
    let last = loadVector(grid, columns, bx, by - 1);
    if (bx > 0) changes += i32(last != loadVector(grid, columns, bx - 1, by));
    for (let x = bx + 1; x < bx + width; x++) {
      const vector = loadVector(grid, columns, x, by - 1);
      changes += i32(vector != last);
      last = vector;
    }
  }
  return min(changes, 2);
}

/** Codes whether a node is split. */
export function codeSplit(bx: i32, by: i32, depth: i32, width: i32, height: i32, split: u32): u32 {
  const calm = i32(isUniform(previous, columns, bx, by, width, height));
  const context = (depth * 3 + borderChanges(bx, by, width, height)) * 2 + calm;
  return codeBit(models + SPLIT_MODELS + context * MODEL, split);
}

/** Class of a distance in quarter pixels: 0, 1, up to 4, more. */
@inline
function distanceClass(distance: i32): i32 {
  return i32(distance != 0) + i32(abs(distance) > 1) + i32(abs(distance) > 4);
}

/**
 * Codes one component of a difference: whether it is zero, exponent and mantissa of its magnitude,
 * sign. `trend` is where the other candidates point, `other` 1 when the component coded before is
 * not zero.
 */
function codeComponent(component: i32, trend: i32, other: i32, value: i32): i32 {
  const kind = component * TREND_CLASSES + distanceClass(trend);
  if (!codeBit(models + NONZERO_MODELS + (kind * 2 + other) * MODEL, u32(value != 0))) return 0;
  const magnitude = abs(value);
  const exponents = models + EXPONENT_MODELS + kind * MAX_EXPONENT * MODEL;
  const wanted = 31 - clz(magnitude | 1);
  let exponent = 0;
  while (exponent < MAX_EXPONENT && codeBit(exponents + exponent * MODEL, u32(exponent < wanted))) {
    exponent++;
  }
  let result = 1;
  if (exponent > 0) {
    const low = exponent - 1;
    const top = models + MANTISSA_MODELS + (component * MAX_EXPONENT + low) * MODEL;
    result = 2 | codeBit(top, (magnitude >> low) & 1);
    result = (result << low) | codeBypass(magnitude & ((1 << low) - 1), low);
  }
  const direction = 1 + i32(trend > 0) - i32(trend < 0);
  const sign = models + SIGN_MODELS + (component * 3 + direction) * MODEL;
  return codeBit(sign, u32(value < 0)) ? -result : result;
}

/** Codes a vector as a difference to the first candidate; the others tell what to expect. */
function codeDifference(vector: u32): u32 {
  const px = vectorX(candidateVector(0));
  const py = vectorY(candidateVector(0));
  let trendX = 0;
  let trendY = 0;
  for (let rank = min(candidateCount, MAX_RANK) - 1; rank > 0; rank--) {
    const x = vectorX(candidateVector(rank)) - px;
    const y = vectorY(candidateVector(rank)) - py;
    if (x != 0) trendX = x;
    if (y != 0) trendY = y;
  }
  const dx = codeComponent(0, trendX, 0, vectorX(vector) - px);
  const dy = codeComponent(1, trendY, i32(dx != 0), vectorY(vector) - py);
  return packVector(
    clamp(px + dx, -VECTOR_LIMIT, VECTOR_LIMIT),
    clamp(py + dy, -VECTOR_LIMIT, VECTOR_LIMIT),
  );
}

/**
 * Codes the vector of a leaf, its candidates being gathered; it is known to differ from
 * `excluded`. Returns the vector.
 */
export function codeVector(depth: i32, vector: u32, excluded: u32): u32 {
  let rank = 0;
  for (let i = 0; i < candidateCount && rank < MAX_RANK; i++) {
    const candidate = candidateVector(i);
    if (candidate == excluded) continue;
    const extraVotes = candidateVotes(i) - 1;
    const voteClass = min(rank == 0 ? extraVotes >> 1 : extraVotes, VOTE_CLASSES - 1);
    const steady = i32(candidate == temporalVector);
    const context = ((depth * MAX_RANK + rank) * 2 + steady) * VOTE_CLASSES + voteClass;
    if (codeBit(models + RANK_MODELS + context * MODEL, u32(candidate == vector))) return candidate;
    rank++;
  }
  return codeDifference(vector);
}

/** Bits of whether a node is split, while bits are only measured. */
export function splitLength(
  bx: i32,
  by: i32,
  depth: i32,
  width: i32,
  height: i32,
  split: u32,
): f32 {
  startMeasuring();
  codeSplit(bx, by, depth, width, height, split);
  return measuredBits;
}

/** Bits of the vector of a leaf, its candidates being gathered, while bits are only measured. */
export function vectorLength(depth: i32, vector: u32): f32 {
  startMeasuring();
  codeVector(depth, vector, NO_VECTOR);
  return measuredBits;
}

function codeLeaf(bx: i32, by: i32, depth: i32, width: i32, height: i32, excluded: u32): void {
  gatherCandidates(grid, previous, columns, rows, bx, by, width, height);
  const vector = codeVector(depth, loadVector(grid, columns, bx, by), excluded);
  if (isReading()) fillVectors(grid, columns, bx, by, width, height, vector);
}

/**
 * Codes a node of `size` blocks a side at depth 0 (64×64) to 3 (8×8). When `excluded` is a vector,
 * the node is known not to be a leaf with that vector.
 */
export function codeNode(bx: i32, by: i32, size: i32, depth: i32, excluded: u32): void {
  const width = min(size, columns - bx);
  const height = min(size, rows - by);
  if (size == 1) {
    codeLeaf(bx, by, depth, 1, 1, excluded);
    return;
  }
  const half = size >> 1;
  if (width <= half && height <= half) {
    codeNode(bx, by, half, depth + 1, excluded);
    return;
  }
  const split = u32(!isUniform(grid, columns, bx, by, width, height));
  if (!codeSplit(bx, by, depth, width, height, split)) {
    codeLeaf(bx, by, depth, width, height, excluded);
    return;
  }
  // A split node has at least two vectors: when all children but the last agree, the last differs.
  const across = width > half ? 2 : 1;
  const last = across * (height > half ? 2 : 1) - 1;
  let alike = true;
  for (let child = 0; child <= last; child++) {
    const x = bx + (child % across) * half;
    const y = by + (child / across) * half;
    const first = loadVector(grid, columns, bx, by);
    codeNode(x, y, half, depth + 1, child == last && alike ? first : NO_VECTOR);
    alike =
      alike &&
      loadVector(grid, columns, x, y) == loadVector(grid, columns, bx, by) &&
      isUniform(grid, columns, x, y, min(half, columns - x), min(half, rows - y));
  }
}
