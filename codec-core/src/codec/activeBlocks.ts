import { PREDICTED_HEADER_BYTES } from '../bitstream/header.js';
import { MAX_QP, quantizationStep, stepUnits, type FrameLimits } from '../quant/points.js';
import { quantSettings, type FrameContext, type QuantSettings } from './frameContext.js';
import { fitFrame } from './frameFit.js';
import type { Reference } from './references.js';
import type { SizeForecast } from './sizeForecast.js';
import { ROW } from './workspace.js';

/**
 * Least energy, in squared steps, of a block worth coding by the model of the kernel `codingGains`: its
 * overhead and one residual of the cheapest group, by what a squared step is worth (a little less).
 */
const ACTIVITY_ENERGY = 0.75;
/** Squared steps more for each bit of the price of a block. */
const PRICE_ENERGY = 0.15;
/**
 * A frame takes at most this much coarser an index than planned: its motion was chosen for the planned
 * one, and takes too large a share at a much coarser one.
 */
const MOST_COARSER = 8;

/** Encoder's choices of the blocks that are coded. */
export interface ActivityChoices {
  /** At most this many blocks are coded. */
  readonly maxActiveBlocks: number;
  /** Bits that a block must gain besides what it takes. */
  readonly blockPrice: number;
  /** Without it the index stays as planned, however large the frame becomes. */
  readonly budget?: FrameBudget;
}

/** What a frame may take, and what foretells how much it will. */
export interface FrameBudget {
  readonly limits: FrameLimits;
  readonly forecast: SizeForecast;
}

export interface ActiveBlocks {
  /** Index that the frame takes. */
  readonly qp: number;
  /** `work.target` and `work.base` already hold the rows of the blocks chosen. */
  readonly mixed: boolean;
}

/**
 * Sets `work.flags`: a block is coded when that gains more than its flag costs; when more blocks
 * would be than allowed, those that gain most are. The lossless point codes whatever differs, from the
 * top: neighbours that are coded together cost less than the same number of scattered blocks. With a budget
 * the index follows from it.
 */
export function chooseActiveBlocks(
  c: FrameContext,
  reference: Reference,
  choices: ActivityChoices,
): ActiveBlocks {
  const { maxActiveBlocks, blockPrice, budget } = choices;
  const { run } = c.kernels;
  const { work } = c;
  const { grid, current, prediction } = work;
  const quant = quantSettings(c.qp);
  run.blockErrors(
    current.y,
    current.u,
    current.v,
    prediction.y,
    prediction.u,
    prediction.v,
    grid.columns,
    grid.rows,
    work.errors,
  );
  const errors = c.kernels.int32(work.errors, grid.blocks);
  const flags = c.kernels.bytes(work.flags, grid.blocks);
  if (quant.lossless) {
    let left = maxActiveBlocks;
    for (let i = 0; i < grid.blocks; i++) flags[i] = errors[i] !== 0 && left-- > 0 ? 1 : 0;
    return { qp: c.qp, mixed: false };
  }
  const finest = Math.min(c.qp, budget?.limits.finestQp ?? c.qp);
  const floor = (ACTIVITY_ENERGY + PRICE_ENERGY * blockPrice) * quantizationStep(finest) ** 2;
  for (let i = 0; i < grid.blocks; i++) flags[i] = (errors[i] ?? 0) > floor ? 1 : 0;
  const candidates = run.listFlags(work.flags, grid.blocks, work.list);

  mix(c, current, work.target, candidates, quant);
  mix(c, prediction, work.base, candidates, quant);
  run.blockPrices(current.y, grid.columns, work.list, candidates, work.prices);
  run.priceLifetimes(
    work.prices,
    work.list,
    candidates,
    reference.flags,
    work.motion,
    grid.columns,
    grid.rows,
  );
  let active = 0;
  const choose = (qp: number, maxBlocks: number): number => {
    const maxActiveBlocks = Math.min(maxBlocks, choices.maxActiveBlocks);
    active = chooseWorthiest(c, qp, candidates, { ...choices, maxActiveBlocks });
    return active;
  };
  const qp = budget ? fitBudget(c, budget, choose) : c.qp;
  if (!budget) choose(qp, Infinity);
  // Rows only move towards the start, in order: they can be gathered in place.
  const [kept] = work.activeColours;
  run.gatherRows(work.target, kept, active, 2 * ROW, work.target);
  run.gatherRows(work.base, kept, active, 2 * ROW, work.base);
  run.gatherRows(work.prices, kept, active, 4, work.prices);
  c.timer.mark('activity');
  return { qp, mixed: true };
}

/** The index that the budget lets the frame take, its blocks chosen. */
function fitBudget(
  c: FrameContext,
  { limits, forecast }: FrameBudget,
  choose: (qp: number, maxBlocks: number) => number,
): number {
  const fixedBytes = PREDICTED_HEADER_BYTES + (c.bits.motion ?? 0) / 8;
  const { qp } = fitFrame({
    limits,
    planned: c.qp,
    coarsest: Math.min(MAX_QP, c.qp + MOST_COARSER),
    fixedBytes,
    foretell: (choice) => {
      const blocks = choose(choice.qp, choice.maxBlocks);
      return { blocks, bytes: fixedBytes + expectedBits(c, forecast, choice.qp, blocks) / 8 };
    },
  });
  return qp;
}

/** Coefficients of the listed blocks of a picture, as rows. */
export function mix(
  c: FrameContext,
  picture: { y: number; u: number; v: number },
  rows: number,
  count: number,
  quant: QuantSettings,
): void {
  const { grid, list } = c.work;
  c.kernels.run.mixBlocks(
    picture.y,
    picture.u,
    picture.v,
    grid.w8,
    grid.w8 / 2,
    grid.columns,
    list,
    count,
    rows,
    quant.fraction,
  );
}

/**
 * Flags those of the listed candidates that are worth coding at an index; their places in the list go
 * to `work.activeColours[0]`. Returns how many there are.
 */
function chooseWorthiest(
  c: FrameContext,
  qp: number,
  candidates: number,
  { maxActiveBlocks, blockPrice }: ActivityChoices,
): number {
  const { run } = c.kernels;
  const { work } = c;
  const { grid } = work;
  run.codingGains(
    work.target,
    work.base,
    candidates,
    stepUnits(qp),
    work.prices,
    blockPrice,
    work.gains,
  );
  run.chargeFlags(work.gains, work.list, candidates, grid.columns, grid.rows, work.flags);
  const flags = c.kernels.bytes(work.flags, grid.blocks);
  const list = c.kernels.int32(work.list, candidates);
  const gains = c.kernels.float32(work.gains, candidates);
  const worthy = worthiest(gains, maxActiveBlocks);
  const kept = c.kernels.int32(work.activeColours[0], candidates);
  let active = 0;
  for (let n = 0; n < candidates; n++) {
    const on = worthy(gains[n] ?? 0);
    flags[list[n] ?? 0] = on ? 1 : 0;
    if (on) kept[active++] = n;
  }
  return active;
}

/** Tells, asked once for each gain in turn, which are among the `most` largest that are above zero. */
function worthiest(gains: Float32Array, most: number): (gain: number) => boolean {
  const ranked = gains.filter((gain) => gain > 0).sort();
  if (ranked.length <= most) return (gain) => gain > 0;
  const least = ranked[ranked.length - most] ?? Infinity;
  let equals = most - ranked.filter((gain) => gain > least).length;
  return (gain) => gain > least || (gain === least && equals-- > 0);
}

/** Bits that flags and latents should take with the blocks that are flagged. */
function expectedBits(c: FrameContext, forecast: SizeForecast, qp: number, active: number): number {
  const { work } = c;
  const [kept] = work.activeColours;
  const residuals = c.kernels.run.residualBits(work.target, work.base, kept, active, stepUnits(qp));
  return forecast.bits(residuals, active, work.grid.blocks);
}
