import { STATE_BYTES, VECTOR_BYTES } from '../motion/geometry.js';
import { quantizationStep, type MotionEffort } from '../quant/points.js';
import { chooseActiveBlocks, mix, type ActivityChoices } from './activeBlocks.js';
import {
  bookBits,
  codeCoupling,
  named,
  quantSettings,
  tableInput,
  type FrameContext,
  type QuantSettings,
  type RowSet,
} from './frameContext.js';
import { refine } from './refinement.js';
import type { Reference } from './references.js';
import { GROUPS, ROW } from './workspace.js';

/** λ of the motion search per unit of quantization step (codec-design.md: measured optimum). */
const MOTION_LAMBDA = 0.37;

/** Encoder's choices for a predicted frame. */
export interface PredictedChoices extends ActivityChoices {
  /** Nothing moves. */
  readonly still: boolean;
  readonly motionEffort: MotionEffort;
}

/** What became of a predicted frame. */
export interface PredictedFrame {
  /** Blocks that are coded. */
  readonly active: number;
  readonly qp: number;
}

/**
 * Codes or decodes a predicted frame: motion, activity flags, conditioning field on the active
 * blocks, the four couplings, refinement. When encoding, the picture is in `work.current`; the
 * decoded one ends in `work.decoded` either way.
 */
export async function codePredictedFrame(
  planned: FrameContext,
  reference: Reference,
  choices: PredictedChoices,
): Promise<PredictedFrame> {
  let c = planned;
  const { run } = c.kernels;
  const { work } = c;
  const { grid, prediction, decoded } = work;

  if (!c.read && choices.still) {
    c.kernels.bytes(work.motion, grid.blocks * VECTOR_BYTES).fill(0);
  } else if (!c.read) {
    run.searchMotion(
      work.current.y,
      grid.w8,
      reference.y,
      grid.w8,
      grid.h8,
      MOTION_LAMBDA * quantizationStep(c.qp),
      reference.motion,
      work.contexts.motion,
      work.motion,
      work.searchScratch,
      choices.motionEffort,
    );
    c.timer.mark('motion');
  }
  run.codeMotion(
    work.motion,
    reference.motion,
    grid.w8,
    grid.h8,
    work.contexts.motion,
    c.read ? 1 : 0,
  );
  bookBits(c, 'motion');
  c.timer.mark('entropy');
  const p = prediction;
  const r = reference;
  run.compensate(r.y, r.u, r.v, work.motion, grid.w8, grid.h8, p.y, p.u, p.v);
  c.timer.mark('compensation');

  const chosen = c.read ? undefined : chooseActiveBlocks(c, reference, choices);
  if (chosen) c = { ...c, qp: chosen.qp };
  const quant = quantSettings(c.qp);
  run.codeFlags(
    work.flags,
    reference.flags,
    work.motion,
    prediction.y,
    quant.step,
    grid.columns,
    grid.rows,
    work.contexts.flags,
    c.read ? 1 : 0,
  );
  bookBits(c, 'flags');
  const count = run.listFlags(work.flags, grid.blocks, work.list);
  c.timer.mark('entropy');

  c.kernels.copy(prediction.y, decoded.y, decoded.bytes);
  run.gatherState(reference.state, work.motion, grid.w8, grid.h8, work.state);
  if (count === 0) return { active: 0, qp: c.qp };

  if (!chosen?.mixed) {
    mix(c, prediction, work.base, count, quant);
    if (!c.read) mix(c, work.current, work.target, count, quant);
  }
  run.neighbourRows(work.list, count, grid.columns, grid.rows, work.numbers, work.neighbours);
  c.timer.mark('mixing');
  const field = await couple(c, count, quant);
  const set = { rows: work.identity, count };
  await refine(c, 'predicted.refine', set, work.list, field, quant, true);
  run.scatterRows(work.stateRows, work.list, count, STATE_BYTES, work.state);
  return { active: count, qp: c.qp };
}

/**
 * Conditioning field and the four couplings on the active rows, each in two checkerboard passes, the
 * second seeing the first; returns the last field.
 */
async function couple(c: FrameContext, count: number, quant: QuantSettings): Promise<Uint8Array> {
  const { run } = c.kernels;
  const { work } = c;
  const colours = splitColours(c, count);
  run.compressRows(work.base, count, quant.step, work.compressed, ROW);
  run.gatherRows(work.state, work.list, count, STATE_BYTES, work.stateRows);
  c.timer.mark('field');
  const heads = headRows(c, colours.even);
  let output = await c.stages.run('predicted.field', {
    neighbours: c.kernels.int32(work.neighbours, 8 * count),
    rows: heads,
    knots: quant.knots,
    bytes: {
      base: tableInput(c, work.compressed, count, ROW),
      state: tableInput(c, work.stateRows, count, STATE_BYTES),
    },
  });
  c.kernels.bytes(work.wide, count * ROW).set(named(output, 'gate'));
  run.gateRows(work.base, work.wide, count);
  c.timer.mark('network');
  await codeColours(c, 0, count, colours, output, quant);
  c.kernels.copy(work.context, work.dcChange, count * GROUPS[0].size);
  for (let group = 1; group < GROUPS.length; group++) {
    const before = GROUPS[group - 1];
    if (!before) throw new RangeError(`no frequency group ${group - 1}`);
    output = await c.stages.run(`predicted.group${group}`, {
      neighbours: c.kernels.int32(work.neighbours, 8 * count),
      rows: heads,
      knots: quant.knots,
      bytes: {
        field: fieldInput(c, output),
        context: tableInput(c, work.context, count, before.size),
      },
    });
    c.timer.mark('network');
    await codeColours(c, group, count, colours, output, quant);
  }
  return named(output, 'field_out');
}

/** Active rows of the two checkerboard colours. */
interface Colours {
  readonly even: RowSet;
  readonly odd: RowSet;
}

function splitColours(c: FrameContext, count: number): Colours {
  const { grid, list, activeColours } = c.work;
  const [evenRows, oddRows] = activeColours;
  const even = c.kernels.int32(evenRows, count);
  const odd = c.kernels.int32(oddRows, count);
  let evens = 0;
  c.kernels.int32(list, count).forEach((block, row) => {
    const colour = ((block % grid.columns) + Math.floor(block / grid.columns)) % 2;
    if (colour === 0) even[evens++] = row;
    else odd[row - evens] = row;
  });
  return { even: { rows: evenRows, count: evens }, odd: { rows: oddRows, count: count - evens } };
}

/** Rows whose mean and scale the first pass needs; one unused row where there is none. */
function headRows(c: FrameContext, even: RowSet): Int32Array {
  const { rows, count } = even.count > 0 ? even : { rows: c.work.identity, count: 1 };
  return c.kernels.int32(rows, count);
}

function fieldInput(
  c: FrameContext,
  output: Record<string, Uint8Array>,
): { data: Uint8Array; width: number } {
  return { data: named(output, 'field_out'), width: c.stages.manifest.fieldChannels.predicted };
}

/** One group on both colours; `first` holds the field, and the heads of the even rows. */
async function codeColours(
  c: FrameContext,
  group: number,
  count: number,
  { even, odd }: Colours,
  first: Record<string, Uint8Array>,
  quant: QuantSettings,
): Promise<void> {
  const { work } = c;
  const size = GROUPS[group]?.size ?? 0;
  // Rows that are not decoded yet have a context that says "no change" (128).
  c.kernels.bytes(work.context, count * size).fill(128);
  if (even.count > 0) {
    codeCoupling(c, group, even, named(first, 'mean'), named(first, 'scale'), quant);
  }
  if (odd.count === 0) return;
  c.kernels.run.gatherRows(work.neighbours, odd.rows, odd.count, 32, work.someNeighbours);
  const second = await c.stages.run(`predicted.group${group}b`, {
    neighbours: c.kernels.int32(work.someNeighbours, 8 * odd.count),
    rows: c.kernels.int32(odd.rows, odd.count),
    knots: quant.knots,
    bytes: {
      field: fieldInput(c, first),
      context: tableInput(c, work.context, count, size),
    },
  });
  c.timer.mark('network');
  codeCoupling(c, group, odd, named(second, 'mean'), named(second, 'scale'), quant);
}
