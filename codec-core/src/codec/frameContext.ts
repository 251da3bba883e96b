import type { Stages } from '../inn/stages.js';
import type { Kernels, Pointer } from '../kernels/kernels.js';
import { knotWeights } from '../quant/knots.js';
import { FRACTION_BITS, stepUnits } from '../quant/points.js';
import { GROUPS, ROW, type Workspace } from './workspace.js';

/** Milliseconds since an arbitrary start; both browsers and Node have it. */
const now = (): number => performance.now();

/** Adds up the time of each stage of one frame. */
export class StageTimer {
  readonly milliseconds: Record<string, number> = {};
  #last = now();

  /** Books the time since the last call under `stage`. */
  mark(stage: string): void {
    const time = now();
    this.milliseconds[stage] = (this.milliseconds[stage] ?? 0) + time - this.#last;
    this.#last = time;
  }
}

/** One frame on its way through the codec, in either direction. */
export interface FrameContext {
  readonly kernels: Kernels;
  readonly work: Workspace;
  readonly stages: Stages;
  /** True when decoding: symbols are parsed instead of chosen. */
  readonly read: boolean;
  readonly qp: number;
  readonly groups: number;
  readonly timer: StageTimer;
  /** Bits by part, filled while coding (encoder only). */
  readonly bits: Record<string, number>;
}

/** What follows from the quantization index. */
export interface QuantSettings {
  readonly lossless: boolean;
  /** Step in lifting units. */
  readonly step: number;
  readonly fraction: number;
  readonly knots: Float32Array;
}

export function quantSettings(qp: number): QuantSettings {
  const lossless = qp === 0;
  return {
    lossless,
    step: stepUnits(qp),
    fraction: lossless ? 0 : FRACTION_BITS,
    knots: knotWeights(qp),
  };
}

/** Books the bits produced since the last call under `part`. */
export function bookBits(c: FrameContext, part: string): void {
  if (c.read) return;
  const total = c.kernels.run.encoderBits();
  const before = Object.values(c.bits).reduce((sum, bits) => sum + bits, 0);
  c.bits[part] = (c.bits[part] ?? 0) + total - before;
}

/** Rows that one coupling works on: their numbers (i32) and how many. */
export interface RowSet {
  readonly rows: Pointer;
  readonly count: number;
}

/**
 * One group on one set of rows: quantize (encoder), code or parse, then add symbol * step + mean to
 * the base rows and write the context for later couplings. `mean` and `scale` are dense head outputs.
 */
export function codeCoupling(
  c: FrameContext,
  group: number,
  set: RowSet,
  mean: Uint8Array,
  scale: Uint8Array,
  quant: QuantSettings,
): void {
  const { run } = c.kernels;
  const { work } = c;
  const geometry = GROUPS[group];
  const contexts = work.contexts.groups[group];
  if (!geometry || contexts === undefined) throw new RangeError(`no frequency group ${group}`);
  const { first, size } = geometry;
  c.kernels.bytes(work.means, mean.length).set(mean);
  c.kernels.bytes(work.scales, scale.length).set(scale);
  const { rows, count } = set;
  if (group < c.groups) {
    if (!c.read) {
      run.quantizeGroup(
        work.target,
        work.base,
        rows,
        count,
        first,
        size,
        work.means,
        work.scales,
        quant.step,
        quant.lossless ? 1 : 0,
        work.prices,
        work.symbols,
      );
      c.timer.mark('quantize');
    }
    run.codeGroup(
      work.symbols,
      rows,
      count,
      first,
      size,
      work.scales,
      contexts,
      quant.lossless ? 0 : 1,
      c.read ? 1 : 0,
    );
    bookBits(c, `group${group}`);
  } else {
    clearSymbols(c, set, first, size);
  }
  run.dequantizeGroup(
    work.base,
    rows,
    count,
    first,
    size,
    work.means,
    quant.step,
    work.symbols,
    work.context,
  );
  c.timer.mark('entropy');
}

/** Symbols of a group that is not sent are zero. */
function clearSymbols(c: FrameContext, set: RowSet, first: number, size: number): void {
  const numbers = c.kernels.int32(set.rows, set.count);
  for (const row of numbers) {
    c.kernels.bytes(c.work.symbols + 2 * (row * ROW + first), 2 * size).fill(0);
  }
}

/** A table of `count` rows of `width` bytes as a stage's input; a view, valid while the stage runs. */
export function tableInput(
  c: FrameContext,
  pointer: Pointer,
  count: number,
  width: number,
): { data: Uint8Array; width: number } {
  return { data: c.kernels.bytes(pointer, count * width), width };
}

/** Output of a stage by name. */
export function named(output: Record<string, Uint8Array>, name: string): Uint8Array {
  const value = output[name];
  if (!value) throw new RangeError(`the stage has no output ${name}`);
  return value;
}
