import { IMPOSSIBLE, areaCost } from './blockCosts';
import { candidateCount, candidateVector, gatherCandidates } from './candidates';
import { addChoice, choiceCount, choiceVector, clearChoices } from './choices';
import { fillVectors, isUniform, loadVector } from './geometry';
import { NO_VECTOR, splitLength, vectorLength } from './syntax';

/*
 * First rate-distortion decision over the quadtree (the second: overlapDecision.ts), in coding order
 * and with the true code lengths under the contexts as they stand: every node is tried whole and
 * split, with the vectors that the search found in it and around it and with those that are cheap
 * to code.
 */

let grid: usize = 0;
let previous: usize = 0;
let found: usize = 0;
let columns: i32 = 0;
let rows: i32 = 0;

/** Sets the grid to decide, the previous one and the grid of vectors found by the search. */
export function openDecision(
  motion: usize,
  previousMotion: usize,
  foundMotion: usize,
  gridColumns: i32,
  gridRows: i32,
): void {
  grid = motion;
  previous = previousMotion;
  found = foundMotion;
  columns = gridColumns;
  rows = gridRows;
}

/** Vector found at a block; blocks outside of the picture add nothing. */
function addFound(bx: i32, by: i32): void {
  if (bx >= 0 && by >= 0 && bx < columns && by < rows) {
    addChoice(loadVector(found, columns, bx, by));
  }
}

/** Best vector for a whole node, its bits included; fills the grid if they stay below `limit`. */
function decideLeaf(bx: i32, by: i32, depth: i32, width: i32, height: i32, limit: f32): f32 {
  gatherCandidates(grid, previous, columns, rows, bx, by, width, height);
  clearChoices();
  for (let i = 0; i < candidateCount; i++) addChoice(candidateVector(i));
  // every vector decided inside, then those found inside and after the node
  const stride = max(width >> 2, 1);
  for (let y = by; y < by + height; y += stride) {
    for (let x = bx; x < bx + width; x += stride) {
      addChoice(loadVector(grid, columns, x, y));
      addFound(x, y);
    }
  }
  addFound(bx + width, by);
  addFound(bx, by + height);
  let best = limit;
  let vector = NO_VECTOR;
  for (let i = 0; i < choiceCount; i++) {
    const choice = choiceVector(i);
    const rate = vectorLength(depth, choice);
    if (rate >= best) continue;
    const bits = rate + areaCost(bx, by, width, height, choice, best - rate);
    if (bits < best) {
      best = bits;
      vector = choice;
    }
  }
  if (vector == NO_VECTOR) return IMPOSSIBLE;
  fillVectors(grid, columns, bx, by, width, height, vector);
  return best;
}

/** Decides a node of `size` blocks a side; returns its expected bits, residual included. */
export function decideNode(bx: i32, by: i32, size: i32, depth: i32): f32 {
  const width = min(size, columns - bx);
  const height = min(size, rows - by);
  if (size == 1) return decideLeaf(bx, by, depth, 1, 1, IMPOSSIBLE);
  const half = size >> 1;
  if (width <= half && height <= half) return decideNode(bx, by, half, depth + 1);
  const splitRate = splitLength(bx, by, depth, width, height, 1);
  const leafRate = splitLength(bx, by, depth, width, height, 0);
  let splitBits = IMPOSSIBLE;
  if (!isUniform(found, columns, bx, by, width, height)) {
    splitBits = splitRate + decideNode(bx, by, half, depth + 1);
    if (width > half) splitBits += decideNode(bx + half, by, half, depth + 1);
    if (height > half) splitBits += decideNode(bx, by + half, half, depth + 1);
    if (width > half && height > half) {
      splitBits += decideNode(bx + half, by + half, half, depth + 1);
    }
  }
  const leafBits = leafRate + decideLeaf(bx, by, depth, width, height, splitBits - leafRate);
  return min(leafBits, splitBits);
}
