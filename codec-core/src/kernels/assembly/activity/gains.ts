/** What coding a block is worth over copying its prediction (encoder only). */

import { ROW } from '../inn/mixing';
import { sumFloatLanes } from '../lanes';
import { STEP_BITS } from '../motion/distortion';
import { channelPrices } from '../quant/perception';
import { GROUP1, GROUP2, GROUP3, residuals } from './residuals';

/*
 * A linear model of the measured benefit, in bits, of 600,000 blocks of training clips (distortion
 * saved at 7.5 bits a squared step, less the bits spent; docs/RESEARCH.md). A residual of r steps is
 * *counted* where coding it alone would pay: where r² − (r − q)² with q = round(r) exceeds the price
 * of its frequency group. Residuals that are not counted still matter: the networks guess part of the
 * low ones, and many high ones make the zeros dear.
 */

/** Bits that a squared step saved is worth in the model. */
const WORTH: f32 = 6.04;
/** Bits of coding a block at all, without its flag. */
const OVERHEAD: f32 = 3.3;

/** Benefit from which a block is sure to be coded, whatever its flag costs. */
const SURE: f32 = 6;
/** Bits of a flag per binary order of how rare coded blocks are. */
const RARITY_BITS: f32 = 1.6;
/** Bits that a flag is cheaper by for every coded block beside it; half of it for one at a corner. */
const NEIGHBOUR_BITS: f32 = 3;

/** Per channel, in steps² or bits; filled by `initGains`. */
const PRICES = memory.data(ROW * 4, 16);
const COSTS = memory.data(ROW * 4, 16);
const LEFT_OUT = memory.data(ROW * 4, 16);

/** Fills the tables; call once per instance. */
export function initGains(): void {
  setGroup(0, GROUP1, 3, 1.63, 2.49);
  setGroup(GROUP1, GROUP2, 4, 2.51, 1.45);
  setGroup(GROUP2, GROUP3, 5, 2.98, -0.48);
  setGroup(GROUP3, ROW, 6.5, 2.96, -1.69);
}

/**
 * @param price bits from which a residual is counted, at 7.5 bits a squared step
 * @param cost bits of a counted residual
 * @param leftOut bits gained for each squared step of residuals that are not counted
 */
function setGroup(first: i32, end: i32, price: f32, cost: f32, leftOut: f32): void {
  for (let c = first; c < end; c++) {
    const at = (<usize>c) << 2;
    store<f32>(PRICES + at, price / STEP_BITS);
    store<f32>(COSTS + at, cost);
    store<f32>(LEFT_OUT + at, leftOut);
  }
}

/**
 * Benefit in bits of coding each row, f32 [count], without its flag. Squared errors count by their
 * channel and by the prices of bits in the blocks, f32 [count].
 * @param blockPrice bits that every block has to gain besides
 */
export function codingGains(
  target: usize,
  base: usize,
  count: i32,
  step: i32,
  prices: usize,
  blockPrice: f32,
  out: usize,
): void {
  const inverse = f32x4.splat(<f32>1.0 / <f32>step);
  const worth = f32x4.splat(WORTH);
  for (let n = 0; n < count; n++) {
    const row = <usize>n * ROW * 2;
    const ofBlock = f32x4.splat(load<f32>(prices + (<usize>n << 2)));
    let sum = f32x4.splat(0);
    for (let c: usize = 0; c < <usize>ROW; c += 4) {
      const at = row + (c << 1);
      const r = f32x4.abs(residuals(target + at, base + at, inverse));
      const left = f32x4.sub(r, f32x4.nearest(r));
      const weight = f32x4.div(f32x4.splat(1), channelPrices(c, ofBlock));
      const square = f32x4.mul(weight, f32x4.mul(r, r));
      const saved = f32x4.sub(square, f32x4.mul(weight, f32x4.mul(left, left)));
      const counted = f32x4.sub(f32x4.mul(saved, worth), v128.load(COSTS + (c << 2)));
      const omitted = f32x4.mul(square, v128.load(LEFT_OUT + (c << 2)));
      const isCounted = f32x4.gt(saved, v128.load(PRICES + (c << 2)));
      sum = f32x4.add(sum, v128.bitselect(counted, omitted, isCounted));
    }
    store<f32>(out + (<usize>n << 2), sumFloatLanes(sum) - OVERHEAD - blockPrice);
  }
}

let flagsAt: usize = 0;
let columns: i32 = 0;
let rows: i32 = 0;

/** 1 where a block is coded: as chosen before it in the list, if it is sure to be after it. */
@inline
function coded(x: i32, y: i32): i32 {
  if (x < 0 || y < 0 || x >= columns || y >= rows) return 0;
  return <i32>load<u8>(flagsAt + <usize>(y * columns + x));
}

/**
 * Takes the expected cost of the flag off every benefit: little where many blocks are coded or the
 * blocks around are, much for one on its own in a still picture. Negative results: copying is better.
 * @param gains f32 [count] of the listed blocks, as `codingGains` leaves them
 * @param flags u8 [blocks], zero except for listed blocks; set afterwards where a benefit is left
 */
export function chargeFlags(
  gains: usize,
  list: usize,
  count: i32,
  gridWidth: i32,
  gridHeight: i32,
  flags: usize,
): void {
  flagsAt = flags;
  columns = gridWidth;
  rows = gridHeight;
  let sureBlocks = 0;
  for (let n = 0; n < count; n++) {
    const isSure = load<f32>(gains + (<usize>n << 2)) > SURE;
    store<u8>(flags + <usize>load<i32>(list + (<usize>n << 2)), isSure ? 1 : 0);
    if (isSure) sureBlocks++;
  }
  const rarity = Math.log2(<f64>(columns * rows) / <f64>(sureBlocks + 1));
  const alone = RARITY_BITS * <f32>rarity;
  for (let n = 0; n < count; n++) {
    const block = load<i32>(list + (<usize>n << 2));
    const x = block % columns;
    const y = block / columns;
    const beside = coded(x - 1, y) + coded(x + 1, y) + coded(x, y - 1) + coded(x, y + 1);
    const corners =
      coded(x - 1, y - 1) + coded(x + 1, y - 1) + coded(x - 1, y + 1) + coded(x + 1, y + 1);
    const help: f32 = NEIGHBOUR_BITS * (<f32>beside + <f32>0.5 * <f32>corners);
    const at = gains + (<usize>n << 2);
    const gain: f32 = load<f32>(at) - max<f32>(0, alone - help);
    store<f32>(at, gain);
    store<u8>(flags + block, gain > 0 ? 1 : 0);
  }
}
