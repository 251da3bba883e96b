import type { Pointer } from '../kernels/kernels.js';
import { STATE_BYTES } from '../motion/geometry.js';
import {
  named,
  tableInput,
  type FrameContext,
  type QuantSettings,
  type RowSet,
} from './frameContext.js';
import { GROUPS, ROW } from './workspace.js';

const NEUTRAL = 128;

/**
 * Refinement, inverse mixing and filtering of the coded blocks: rows in `work.base` become pixels of
 * `work.decoded` at the listed blocks. The lossless point is neither refined nor filtered. With
 * `keepState` (predicted frames) the new carried state of the rows is left in `work.stateRows`.
 * `work.prediction` is overwritten: it becomes the picture before the filter.
 */
export async function refine(
  c: FrameContext,
  stage: string,
  set: RowSet,
  list: Pointer,
  field: Uint8Array,
  quant: QuantSettings,
  keepState: boolean,
): Promise<void> {
  const { run } = c.kernels;
  const { work } = c;
  const { grid, prediction, decoded } = work;
  const { count } = set;
  const channels = keepState
    ? c.stages.manifest.fieldChannels.predicted
    : c.stages.manifest.fieldChannels.key;
  if (!quant.lossless || keepState) {
    seenRows(c, count, quant, keepState);
    const output = await c.stages.run(stage, {
      bytes: {
        field: { data: field, width: channels },
        seen: tableInput(c, work.compressed, count, ROW),
      },
      neighbours: c.kernels.int32(work.neighbours, 8 * count),
      knots: quant.knots,
    });
    if (!quant.lossless) {
      c.kernels.bytes(work.wide, count * ROW).set(named(output, 'correction'));
      run.refineRows(work.base, work.wide, count, quant.step);
    }
    if (keepState) {
      c.kernels.bytes(work.stateRows, count * STATE_BYTES).set(named(output, 'state_out'));
    }
    c.timer.mark('network');
  }
  // The filter looks at unfiltered neighbours: those that are not coded are in the prediction already.
  const unmixed = quant.lossless ? decoded : prediction;
  run.unmixBlocks(
    work.base,
    list,
    count,
    unmixed.y,
    unmixed.u,
    unmixed.v,
    grid.w8,
    grid.w8 / 2,
    grid.columns,
    quant.fraction,
  );
  c.timer.mark('mixing');
  if (quant.lossless) return;
  const { w8, h8 } = grid;
  const key = keepState ? 0 : 1;
  run.filterBlocks(work.base, list, count, unmixed.y, decoded.y, w8, h8, quant.step, c.qp, key);
  c.timer.mark('filter');
}

/**
 * Decoded coefficients as the refinement sees them. The level of a DC says nothing: in a predicted
 * frame its change stands instead (`work.dcChange`), in a key frame nothing.
 */
function seenRows(c: FrameContext, count: number, quant: QuantSettings, predicted: boolean): void {
  const { work } = c;
  c.kernels.run.compressRows(work.base, count, quant.step, work.compressed, ROW);
  const seen = c.kernels.bytes(work.compressed, count * ROW);
  const size = GROUPS[0].size;
  const changes = c.kernels.bytes(work.dcChange, count * size);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < size; i++) {
      seen[n * ROW + i] = predicted ? (changes[n * size + i] ?? NEUTRAL) : NEUTRAL;
    }
  }
}
