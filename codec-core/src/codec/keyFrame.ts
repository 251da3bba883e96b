import { STATE_BYTES } from '../motion/geometry.js';
import {
  bookBits,
  codeCoupling,
  named,
  quantSettings,
  tableInput,
  type FrameContext,
  type QuantSettings,
} from './frameContext.js';
import { refine } from './refinement.js';
import { GROUPS, KEY_FIELD_INPUTS } from './workspace.js';

/**
 * Codes or decodes a key frame: the DCs as a small picture, the conditioning field from them, then
 * each frequency group in two checkerboard passes, the second seeing the first. When encoding, the
 * picture is in `work.current`; the decoded one ends in `work.decoded` either way.
 */
export async function codeKeyFrame(c: FrameContext): Promise<void> {
  const { run } = c.kernels;
  const { work } = c;
  const { grid } = work;
  const quant = quantSettings(c.qp);
  if (!c.read) {
    const { y, u, v } = work.current;
    const { w8, columns, blocks } = grid;
    run.mixBlocks(y, u, v, w8, w8 / 2, columns, work.identity, blocks, work.target, quant.fraction);
    run.blockPrices(y, columns, work.identity, blocks, work.prices);
    c.timer.mark('mixing');
  }
  run.codeDcPlane(
    work.target,
    work.base,
    grid.columns,
    grid.rows,
    quant.step,
    work.dcWork,
    work.contexts.dc,
    c.read ? 1 : 0,
  );
  bookBits(c, 'dc');
  c.timer.mark('entropy');
  run.keyField(work.base, grid.columns, grid.rows, quant.step, work.keyField);
  run.keyBase(work.base, grid.columns, grid.rows);
  run.neighbourRows(
    work.identity,
    grid.blocks,
    grid.columns,
    grid.rows,
    work.numbers,
    work.neighbours,
  );
  c.timer.mark('field');

  let field = await keyField(c, quant);
  for (let group = 1; group < GROUPS.length; group++) {
    for (const pass of [0, 1] as const) field = await keyPass(c, group, pass, field, quant);
  }
  const all = { rows: work.identity, count: grid.blocks };
  await refine(c, 'key.refine', all, work.identity, field, quant, false);

  c.kernels.bytes(work.motion, 4 * grid.blocks).fill(0);
  c.kernels.bytes(work.flags, grid.blocks).fill(1);
  c.kernels.bytes(work.state, STATE_BYTES * grid.blocks).fill(0);
}

async function keyField(c: FrameContext, quant: QuantSettings): Promise<Uint8Array> {
  const { work } = c;
  const { blocks } = work.grid;
  const output = await c.stages.run('key.field', {
    bytes: { field: tableInput(c, work.keyField, blocks, KEY_FIELD_INPUTS) },
    neighbours: c.kernels.int32(work.neighbours, 8 * blocks),
    knots: quant.knots,
  });
  c.timer.mark('network');
  return named(output, 'field_out');
}

/** One checkerboard pass of a group; returns the field for the next one. */
async function keyPass(
  c: FrameContext,
  group: number,
  pass: 0 | 1,
  field: Uint8Array,
  quant: QuantSettings,
): Promise<Uint8Array> {
  const { work } = c;
  const { blocks } = work.grid;
  const set = work.colours[pass];
  // The first pass sees the group before it (the DCs are in the field already).
  const seen = GROUPS[pass === 0 ? group - 1 : group];
  if (!set || !seen) throw new RangeError(`no pass ${pass} of group ${group}`);
  c.kernels.run.gatherRows(work.neighbours, set.rows, set.count, 32, work.someNeighbours);
  const output = await c.stages.run(`key.group${group}${pass === 0 ? 'a' : 'b'}`, {
    bytes: {
      field: { data: field, width: c.stages.manifest.fieldChannels.key },
      context: tableInput(c, work.context, blocks, seen.size),
    },
    neighbours: c.kernels.int32(work.someNeighbours, 8 * set.count),
    rows: c.kernels.int32(set.rows, set.count),
    knots: quant.knots,
  });
  c.timer.mark('network');
  if (pass === 0) {
    // The second colour is not decoded yet: its context says "no change" (128).
    const size = GROUPS[group]?.size ?? 0;
    c.kernels.bytes(work.context, blocks * size).fill(128);
  }
  codeCoupling(c, group, set, named(output, 'mean'), named(output, 'scale'), quant);
  return named(output, 'field_out');
}
