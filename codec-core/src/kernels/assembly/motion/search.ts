import { MEASURE, selectMode } from './bits';
import {
  IMPOSSIBLE,
  areaCost,
  blockCost,
  currentStride,
  openBlockCosts,
  openSuperblock,
  pixelOf,
} from './blockCosts';
import { candidateCount, candidateVector, gatherCandidates } from './candidates';
import { decideNode, openDecision } from './decision';
import {
  sad16x16,
  sad8x8,
  sadBottomLeft,
  sadBottomRight,
  sadTopLeft,
  sadTopRight,
  setStep,
} from './distortion';
import {
  fitGain,
  fitInside,
  fitQuarter,
  fitWhole,
  fitX,
  fitY,
  measureErrors,
  openErrorFit,
} from './errorFit';
import { fillVectors, loadVector, packVector, vectorX, vectorY } from './geometry';
import { decideOverlapped } from './overlapDecision';
import { isReachable, movedBlock, openPhases, phaseBytes, phaseStride } from './phases';
import { findShifts, shiftBytes, shiftCount, shiftVector } from './shifts';
import { SUPERBLOCK, openGrid } from './syntax';

/*
 * Search per 16×16 block: the vectors of neighbours first; where they leave something to gain,
 * integer positions by absolute differences, shifts of large parts of the picture among them, a quarter-pel guess from the curvature of the squared
 * error, and a walk in quarter steps by residual bits. The four 8×8 blocks watch the same integer
 * positions and go their own way where that pays. Decisions follow per superblock.
 */

/** λ of absolute differences per quantization step. */
const LAMBDA_PER_STEP: f32 = 0.37;
/** A 16×16 block whose residual costs less is not worth another vector. */
const GOOD_BITS: f32 = 10;
/** A 16×16 block whose residual costs more looks further afield. */
const POOR_BITS: f32 = 40;
/** Gain worth moving a vector by quarter pixels. */
const TUNING_BITS: f32 = 2;
/**
 * At finer quantization steps nearly every block has a vector of its own: to decide once more takes up to as long as
 * all of the rest, and gains less (docs/RESEARCH.md).
 */
const FINE_STEP: f32 = 3;
/** Bits that a vector of its own costs an 8×8 block, at least. */
const OWN_VECTOR_BITS: f32 = 5;

let lambda: f32 = 0;
let columns: i32 = 0;
let rows: i32 = 0;
let found: usize = 0;
/** First step of the integer search, in pixels. */
let reach: i32 = 0;
/** Whether 8×8 blocks are searched for vectors of their own. */
let searchesQuarters: bool = false;

/** Block under search: first 8×8 block, and how many of its 2×2 lie inside. */
let blockX: i32 = 0;
let blockY: i32 = 0;
let blockWidth: i32 = 0;
let blockHeight: i32 = 0;

let bestVector: u32 = 0;
let bestCost: f32 = 0;

/** Best integer vector of each 8×8 block by absolute differences. */
const QUARTER_VECTORS = memory.data(4 * 4, 4);
const QUARTER_SADS = memory.data(4 * 4, 4);

/** Approximate bits of a difference component. */
@inline
function componentBits(difference: i32): f32 {
  const exponent = 31 - clz(abs(difference));
  return difference == 0 ? 0.7 : 2 + 2 * <f32>exponent;
}

/** Approximate bits of a vector, given the candidates gathered last. */
function vectorBits(vector: u32): f32 {
  const count = min(candidateCount, 4);
  for (let rank = 0; rank < count; rank++) {
    if (candidateVector(rank) == vector) return rank == 0 ? 0.3 : 1 + <f32>rank;
  }
  const prediction = candidateVector(0);
  return (
    4 +
    componentBits(vectorX(vector) - vectorX(prediction)) +
    componentBits(vectorY(vector) - vectorY(prediction))
  );
}

/** Keeps the integer vector for an 8×8 block if it is the best so far. */
@inline
function watchQuarter(quarter: i32, vector: u32, sad: i32): void {
  const slot = (<usize>quarter) << 2;
  if (sad < load<i32>(QUARTER_SADS + slot)) {
    store<i32>(QUARTER_SADS + slot, sad);
    store<u32>(QUARTER_VECTORS + slot, vector);
  }
}

/** Tries an integer vector, in quarter pixels, by absolute differences. */
function tryInteger(x: i32, y: i32): void {
  const px = blockX << 3;
  const py = blockY << 3;
  if (!isReachable(px, py, x, y)) return;
  const vector = packVector(x, y);
  const source = movedBlock(px, py, x, y, 16);
  let sad = 0;
  if (blockWidth + blockHeight == 4) {
    sad = sad16x16(pixelOf(blockX, blockY), currentStride, source, phaseStride);
    watchQuarter(0, vector, sadTopLeft);
    watchQuarter(1, vector, sadTopRight);
    watchQuarter(2, vector, sadBottomLeft);
    watchQuarter(3, vector, sadBottomRight);
  } else {
    for (let j = 0; j < blockHeight; j++) {
      for (let i = 0; i < blockWidth; i++) {
        const part = sad8x8(
          pixelOf(blockX + i, blockY + j),
          currentStride,
          source + 8 * j * phaseStride + 8 * i,
          phaseStride,
        );
        watchQuarter(2 * j + i, vector, part);
        sad += part;
      }
    }
  }
  const cost = <f32>sad + lambda * vectorBits(vector);
  if (cost < bestCost) {
    bestCost = cost;
    bestVector = vector;
  }
}

/** Tries a vector by residual bits over an area of blocks. */
function tryExact(bx: i32, by: i32, width: i32, height: i32, x: i32, y: i32): void {
  const vector = packVector(x, y);
  const rate = vectorBits(vector);
  const bits = rate + areaCost(bx, by, width, height, vector, bestCost - rate);
  if (bits < bestCost) {
    bestCost = bits;
    bestVector = vector;
  }
}

/** Walks from the best vector in quarter steps while that helps. */
function refine(bx: i32, by: i32, width: i32, height: i32): void {
  for (let round = 0; round < 4; round++) {
    const x = vectorX(bestVector);
    const y = vectorY(bestVector);
    const center = bestVector;
    tryExact(bx, by, width, height, x + 1, y);
    tryExact(bx, by, width, height, x - 1, y);
    tryExact(bx, by, width, height, x, y + 1);
    tryExact(bx, by, width, height, x, y - 1);
    if (bestVector == center) return;
  }
}

/** Nearest integer position, in quarter pixels. */
@inline
function roundPosition(position: i32): i32 {
  return (position + 2) & ~3;
}

/** Integer search from the candidates on; leaves the best integer vector in `bestVector`. */
function searchInteger(start: u32): void {
  bestCost = IMPOSSIBLE;
  for (let quarter = 0; quarter < 4; quarter++) {
    store<i32>(QUARTER_SADS + ((<usize>quarter) << 2), i32.MAX_VALUE);
  }
  tryInteger(roundPosition(vectorX(start)), roundPosition(vectorY(start)));
  for (let i = 0; i < candidateCount; i++) {
    const candidate = candidateVector(i);
    tryInteger(roundPosition(vectorX(candidate)), roundPosition(vectorY(candidate)));
  }
  walkInteger();
  const near = bestVector;
  for (let i = 0; i < shiftCount; i++) {
    tryInteger(vectorX(shiftVector(i)), vectorY(shiftVector(i)));
  }
  if (bestVector != near) walkInteger();
}

/** Walks from the best integer vector in ever shorter steps while that helps. */
function walkInteger(): void {
  for (let step = reach * 4; step >= 4; step >>= 1) {
    for (let round = 0; round < 8; round++) {
      const center = bestVector;
      const x = vectorX(center);
      const y = vectorY(center);
      tryInteger(x + step, y);
      tryInteger(x - step, y);
      tryInteger(x, y + step);
      tryInteger(x, y - step);
      if (bestVector == center) break;
    }
  }
}

/** Tries what the fit suggests around a centre and walks on from there. */
function tryFit(bx: i32, by: i32, width: i32, height: i32, center: u32): void {
  tryExact(bx, by, width, height, vectorX(center) + fitX, vectorY(center) + fitY);
  refine(bx, by, width, height);
}

/** Lets one 8×8 block leave the vector of its 16×16 block. */
function searchQuarter(quarter: i32, whole: u32, center: u32, far: bool): void {
  const bx = blockX + (quarter & 1);
  const by = blockY + (quarter >> 1);
  const common = blockCost(bx, by, whole);
  if (common <= OWN_VECTOR_BITS) return;
  bestVector = whole;
  bestCost = common;
  if (far) {
    const own = load<u32>(QUARTER_VECTORS + ((<usize>quarter) << 2));
    tryExact(bx, by, 1, 1, vectorX(own), vectorY(own));
  }
  fitQuarter(quarter);
  if (fitGain > OWN_VECTOR_BITS || bestVector != whole) tryFit(bx, by, 1, 1, center);
  fillVectors(found, columns, bx, by, 1, 1, bestVector);
}

/** Searches the 16×16 block at 8×8 block (`bx`, `by`). */
function searchBlock(bx: i32, by: i32, motion: usize, previousMotion: usize): void {
  blockX = bx;
  blockY = by;
  blockWidth = min(2, columns - bx);
  blockHeight = min(2, rows - by);
  gatherCandidates(motion, previousMotion, columns, rows, bx, by, blockWidth, blockHeight);
  bestCost = IMPOSSIBLE;
  bestVector = 0;
  for (let i = 0; i < candidateCount; i++) {
    const candidate = candidateVector(i);
    tryExact(bx, by, blockWidth, blockHeight, vectorX(candidate), vectorY(candidate));
    if (bestCost < GOOD_BITS) break;
  }
  const start = bestVector;
  const startCost = bestCost;
  fillVectors(found, columns, bx, by, blockWidth, blockHeight, start);
  if (startCost < GOOD_BITS) return;
  let center = start;
  let measured = measureErrors(bx, by, blockWidth, blockHeight, start);
  if (measured) fitWhole();
  const far = !measured || !fitInside || startCost > POOR_BITS;
  if (far) {
    searchInteger(start);
    center = bestVector;
    bestVector = start;
    bestCost = startCost;
    tryExact(bx, by, blockWidth, blockHeight, vectorX(center), vectorY(center));
    measured = measureErrors(bx, by, blockWidth, blockHeight, center);
    if (measured) fitWhole();
  }
  if (far || fitGain > TUNING_BITS) tryFit(bx, by, blockWidth, blockHeight, center);
  const whole = bestVector;
  fillVectors(found, columns, bx, by, blockWidth, blockHeight, whole);
  if (!measured || !searchesQuarters) return;
  for (let j = 0; j < blockHeight; j++) {
    for (let i = 0; i < blockWidth; i++) searchQuarter(2 * j + i, whole, center, far);
  }
}

/** Bytes of scratch memory that `searchMotion` needs for a picture of w8×h8 pixels. */
export function motionSearchBytes(w8: i32, h8: i32): usize {
  const blocks = (w8 >> 3) * (h8 >> 3);
  return ((<usize>blocks * 4 + 15) & ~15) + shiftBytes(w8, h8) + phaseBytes(w8, h8);
}

/**
 * Estimates the motion from the reference to the present picture (encoder only).
 *
 * @param cur first luma pixel of the present picture, 8 bit
 * @param curStride bytes from row to row of `cur`
 * @param ref padded luma reference as `padPlane` with 80 writes it, (w8 + 160)·(h8 + 160) bytes
 * @param w8 padded luma width, a multiple of 8, at most 4096
 * @param h8 padded luma height, a multiple of 8, at most 4096
 * @param lambdaSad cost of one bit in units of absolute difference, about 0.37·Δ
 * @param previousMotion grid of the previous picture, zero after a key frame
 * @param contexts adaptive contexts of motion as they will be when this grid is written; read only
 * @param outMotion grid found, i16 [h8 / 8][w8 / 8][2], quarter pixels
 * @param scratch `motionSearchBytes(w8, h8)` bytes at a multiple of 16, contents undefined
 * @param effort 0 = fastest (16×16 vectors, merged where cheap), 1 = normal (8×8
 *   vectors, and a second decision that knows of overlapping, but for fine steps), 2 = best (wider
 *   search, one decision more)
 */
export function searchMotion(
  cur: usize,
  curStride: i32,
  ref: usize,
  w8: i32,
  h8: i32,
  lambdaSad: f32,
  previousMotion: usize,
  contexts: usize,
  outMotion: usize,
  scratch: usize,
  effort: i32,
): void {
  lambda = lambdaSad;
  columns = w8 >> 3;
  rows = h8 >> 3;
  reach = 2 << effort;
  searchesQuarters = effort > 0;
  const gridBytes = (<usize>(columns * rows)) << 2;
  found = scratch;
  openBlockCosts(cur, curStride);
  const shifts = (found + gridBytes + 15) & ~15;
  findShifts(cur, curStride, ref, w8, h8, shifts);
  openPhases(ref, w8, h8, shifts + shiftBytes(w8, h8));
  const step = lambdaSad / LAMBDA_PER_STEP;
  setStep(step);
  openErrorFit(cur, curStride, step);
  selectMode(MEASURE);
  openGrid(outMotion, previousMotion, columns, rows, contexts);
  openDecision(outMotion, previousMotion, found, columns, rows);
  memory.copy(found, previousMotion, gridBytes);
  memory.copy(outMotion, previousMotion, gridBytes);
  for (let sy = 0; sy < rows; sy += SUPERBLOCK) {
    for (let sx = 0; sx < columns; sx += SUPERBLOCK) {
      const right = min(sx + SUPERBLOCK, columns);
      const bottom = min(sy + SUPERBLOCK, rows);
      openSuperblock(sx, sy, right, bottom);
      for (let by = sy; by < bottom; by += 2) {
        for (let bx = sx; bx < right; bx += 2) {
          searchBlock(bx, by, outMotion, previousMotion);
          copyFound(outMotion, bx, by);
        }
      }
      decideNode(sx, sy, SUPERBLOCK, 0);
    }
  }
  const rounds = step < FINE_STEP ? effort - 1 : effort;
  for (let round = 0; round < rounds; round++) {
    decideOverlapped(outMotion, previousMotion, columns, rows);
  }
}

/** Shows the vectors found in a 16×16 block to the blocks searched next. */
function copyFound(motion: usize, bx: i32, by: i32): void {
  for (let y = by; y < min(by + 2, rows); y++) {
    for (let x = bx; x < min(bx + 2, columns); x++) {
      fillVectors(motion, columns, x, y, 1, 1, loadVector(found, columns, x, y));
    }
  }
}
