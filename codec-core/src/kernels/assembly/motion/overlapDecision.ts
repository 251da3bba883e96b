import { IMPOSSIBLE } from './blockCosts';
import { candidateCount, candidateVector, gatherCandidates } from './candidates';
import { addChoice, choiceCount, choiceVector, clearChoices } from './choices';
import { fillVectors, isUniform, loadVector, packVector, vectorX, vectorY } from './geometry';
import {
  expectSurroundings,
  forgetSurroundings,
  openOverlapCosts,
  openSurroundings,
  overlappedBits,
} from './overlapCosts';
import { NO_VECTOR, SUPERBLOCK, splitLength, vectorLength } from './syntax';

/*
 * Second decision over the quadtree, by what blocks cost as they are predicted in the end: overlapped. A
 * vector counts with what it does to the blocks around its node. Those to the right and below have the
 * vectors of the decision before.
 */

let grid: usize = 0;
let previous: usize = 0;
let columns: i32 = 0;
let rows: i32 = 0;

/** Vectors of a node as it was split, by depth 0..2. */
const SPLIT_VECTORS = memory.data(3 * SUPERBLOCK * SUPERBLOCK * 4, 4);

@inline
function splitVector(depth: i32, width: i32, x: i32, y: i32): usize {
  return SPLIT_VECTORS + ((<usize>(depth * SUPERBLOCK * SUPERBLOCK + y * width + x)) << 2);
}

@inline
function vectorAt(bx: i32, by: i32): u32 {
  return loadVector(grid, columns, bx, by);
}

/**
 * What a node may take: the vectors in it and around it, its own first, and a single block what lies a quarter
 * pixel beside its own (that is interpolated together with it).
 */
function gatherChoices(bx: i32, by: i32, width: i32, height: i32): void {
  gatherCandidates(grid, previous, columns, rows, bx, by, width, height);
  clearChoices();
  const own = vectorAt(bx, by);
  addChoice(own);
  for (let i = 0; i < candidateCount; i++) addChoice(candidateVector(i));
  const stride = max(width >> 2, 1);
  for (let y = by; y < by + height; y += stride) {
    for (let x = bx; x < bx + width; x += stride) addChoice(vectorAt(x, y));
  }
  if (bx + width < columns) addChoice(vectorAt(bx + width, by));
  if (by + height < rows) addChoice(vectorAt(bx, by + height));
  if (width > 1 || height > 1) return;
  const x = vectorX(own);
  const y = vectorY(own);
  addChoice(packVector(x + 1, y));
  addChoice(packVector(x - 1, y));
}

/**
 * Fills a node with its best vector, if with its residual it takes fewer bits than `limit`.
 * @param syntax bits that come besides those of the vector
 * @returns bits of the syntax, or `IMPOSSIBLE`, and the vectors of the node are lost
 */
function decideLeaf(
  bx: i32,
  by: i32,
  depth: i32,
  width: i32,
  height: i32,
  syntax: f32,
  limit: f32,
): f32 {
  gatherChoices(bx, by, width, height);
  let best = limit;
  let bestRate = IMPOSSIBLE;
  let vector = NO_VECTOR;
  for (let i = 0; i < choiceCount; i++) {
    const choice = choiceVector(i);
    const rate = syntax + vectorLength(depth, choice);
    if (rate >= best) continue;
    fillVectors(grid, columns, bx, by, width, height, choice);
    const bits = rate + overlappedBits(bx, by, width, height, best - rate);
    if (bits >= best) continue;
    best = bits;
    bestRate = rate;
    vector = choice;
    expectSurroundings();
  }
  if (vector != NO_VECTOR) fillVectors(grid, columns, bx, by, width, height, vector);
  return bestRate;
}

function keepSplit(bx: i32, by: i32, depth: i32, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      store<u32>(splitVector(depth, width, x, y), vectorAt(bx + x, by + y));
    }
  }
}

function restoreSplit(bx: i32, by: i32, depth: i32, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const vector = load<u32>(splitVector(depth, width, x, y));
      fillVectors(grid, columns, bx + x, by + y, 1, 1, vector);
    }
  }
}

/** Decides a node of `size` blocks a side; returns the bits of its syntax. */
function decideNode(bx: i32, by: i32, size: i32, depth: i32): f32 {
  const width = min(size, columns - bx);
  const height = min(size, rows - by);
  forgetSurroundings();
  if (size == 1) return decideLeaf(bx, by, depth, 1, 1, 0, IMPOSSIBLE);
  const half = size >> 1;
  if (width <= half && height <= half) return decideNode(bx, by, half, depth + 1);
  const splitRate = splitLength(bx, by, depth, width, height, 1);
  const leafRate = splitLength(bx, by, depth, width, height, 0);
  if (isUniform(grid, columns, bx, by, width, height)) {
    return decideLeaf(bx, by, depth, width, height, leafRate, IMPOSSIBLE);
  }
  let rate = splitRate + decideNode(bx, by, half, depth + 1);
  if (width > half) rate += decideNode(bx + half, by, half, depth + 1);
  if (height > half) rate += decideNode(bx, by + half, half, depth + 1);
  if (width > half && height > half) rate += decideNode(bx + half, by + half, half, depth + 1);
  // A superblock of several vectors hardly ever becomes one.
  if (depth == 0) return rate;
  forgetSurroundings();
  const bits = rate + overlappedBits(bx, by, width, height, IMPOSSIBLE);
  expectSurroundings();
  keepSplit(bx, by, depth, width, height);
  const wholeRate = decideLeaf(bx, by, depth, width, height, leafRate, bits);
  if (wholeRate < IMPOSSIBLE) return wholeRate;
  restoreSplit(bx, by, depth, width, height);
  return rate;
}

/**
 * Decides a grid once more; its picture is that of `openBlockCosts`.
 * @param motion grid as decided before, of `gridColumns`×`gridRows` blocks
 */
export function decideOverlapped(
  motion: usize,
  previousMotion: usize,
  gridColumns: i32,
  gridRows: i32,
): void {
  grid = motion;
  previous = previousMotion;
  columns = gridColumns;
  rows = gridRows;
  openOverlapCosts(motion, columns, rows);
  for (let by = 0; by < rows; by += SUPERBLOCK) {
    for (let bx = 0; bx < columns; bx += SUPERBLOCK) {
      const left = max(bx - 1, 0);
      const top = max(by - 1, 0);
      const width = min(bx + SUPERBLOCK + 1, columns) - left;
      const height = min(by + SUPERBLOCK + 1, rows) - top;
      if (isUniform(grid, columns, left, top, width, height)) continue;
      openSurroundings(bx, by);
      decideNode(bx, by, SUPERBLOCK, 0);
    }
  }
}
