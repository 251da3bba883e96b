import { loadVector } from './geometry';

/*
 * Candidates for the vector of a square of blocks: neighbours coded earlier and the previous
 * picture's motion vote for their vectors; most votes first, first seen first among equals.
 */

/** At most nine samples vote. */
const CAPACITY: i32 = 9;
const VECTORS = memory.data(CAPACITY * 4, 4);
const VOTES = memory.data(CAPACITY * 4, 4);

/** Number of distinct vectors found by the last `gatherCandidates`. */
export let candidateCount: i32 = 0;
/** Vector of the previous picture in the middle of the node. */
export let temporalVector: u32 = 0;

/** Vector of the given rank, 0 = most votes. */
@inline
export function candidateVector(rank: i32): u32 {
  return load<u32>(VECTORS + ((<usize>rank) << 2));
}

/** Votes for the vector of the given rank. */
@inline
export function candidateVotes(rank: i32): i32 {
  return load<i32>(VOTES + ((<usize>rank) << 2));
}

/** Adds votes, keeping the list sorted. */
function vote(vector: u32, votes: i32): void {
  let rank = 0;
  while (rank < candidateCount && candidateVector(rank) != vector) rank++;
  if (rank == candidateCount) candidateCount++;
  else votes += candidateVotes(rank);
  while (rank > 0 && candidateVotes(rank - 1) < votes) {
    store<u32>(VECTORS + ((<usize>rank) << 2), candidateVector(rank - 1));
    store<i32>(VOTES + ((<usize>rank) << 2), candidateVotes(rank - 1));
    rank--;
  }
  store<u32>(VECTORS + ((<usize>rank) << 2), vector);
  store<i32>(VOTES + ((<usize>rank) << 2), votes);
}

/** Bits of 0..7 spread to even places. */
@inline
function spread(value: i32): i32 {
  return (value & 1) | ((value & 2) << 1) | ((value & 4) << 2);
}

/**
 * True when block (`x`, `y`) is coded before block (`bx`, `by`): 64×64 superblocks in raster
 * order, blocks inside in Z order.
 */
function isCodedBefore(x: i32, y: i32, bx: i32, by: i32): bool {
  const rowDifference = (y >> 3) - (by >> 3);
  if (rowDifference != 0) return rowDifference < 0;
  const columnDifference = (x >> 3) - (bx >> 3);
  if (columnDifference != 0) return columnDifference < 0;
  return (spread(x & 7) | (spread(y & 7) << 1)) < (spread(bx & 7) | (spread(by & 7) << 1));
}

/**
 * Collects the candidates of the node at block (`bx`, `by`) that covers `width`×`height` blocks
 * inside the picture. `motion` needs to hold the blocks coded before the node only.
 */
export function gatherCandidates(
  motion: usize,
  previousMotion: usize,
  columns: i32,
  rows: i32,
  bx: i32,
  by: i32,
  width: i32,
  height: i32,
): void {
  candidateCount = 0;
  const right = bx + width - 1;
  const bottom = by + height - 1;
  if (bx > 0) {
    vote(loadVector(motion, columns, bx - 1, bottom), 1);
    vote(loadVector(motion, columns, bx - 1, by), 1);
  }
  if (by > 0) {
    vote(loadVector(motion, columns, right, by - 1), 1);
    vote(loadVector(motion, columns, bx, by - 1), 1);
  }
  temporalVector = loadVector(previousMotion, columns, bx + (width >> 1), by + (height >> 1));
  vote(temporalVector, 2);
  if (by > 0 && right + 1 < columns && isCodedBefore(right + 1, by - 1, bx, by)) {
    vote(loadVector(motion, columns, right + 1, by - 1), 1);
  }
  if (bx > 0 && bottom + 1 < rows && isCodedBefore(bx - 1, bottom + 1, bx, by)) {
    vote(loadVector(motion, columns, bx - 1, bottom + 1), 1);
  }
  if (bx > 0 && by > 0) vote(loadVector(motion, columns, bx - 1, by - 1), 1);
  vote(0, 1);
}
