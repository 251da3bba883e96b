import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import { Kernels } from '../kernels/kernels.js';
import { KernelStages, readLayeredModel } from './kernelStages.js';
import { unpackModel, type ModelPack } from './modelPack.js';
import { OnnxStages } from './onnxStages.js';
import { readOnnxGraph } from './onnxGraph.js';
import type { StageInputs } from './stages.js';

const ASSETS = new URL('../../dist/assets/', import.meta.url);
const NEIGHBOURS = 8;
const MOST_ROWS = 150;
const GROUP_SIZES = [3, 9, 29, 55];

let model: ModelPack;
let module: WebAssembly.Module;
let onnx: OnnxStages;
beforeAll(async () => {
  model = unpackModel(new Uint8Array(await readFile(new URL('integer.model', ASSETS))));
  module = await WebAssembly.compile(await readFile(new URL('kernels.wasm', ASSETS)));
  onnx = await OnnxStages.create(ort, model, 'cpu');
});

/** Widths of a stage's inputs, as the codec gives them. */
function widthsOf(stage: string): Record<string, number> {
  const [network, step = ''] = stage.split('.');
  const channels = model.manifest.fieldChannels[network === 'key' ? 'key' : 'predicted'];
  if (stage === 'key.field') return { field: 40 };
  if (stage === 'predicted.field') return { base: 96, state: 16 };
  if (step === 'refine') return { field: channels, seen: 96 };
  const group = Number(step.charAt(5));
  const own = step.endsWith('b');
  return { field: channels, context: GROUP_SIZES[own ? group : group - 1] ?? 0 };
}

/** A table of a stage, with neighbours of all rows or of the listed ones. */
interface Case {
  readonly rows: number;
  readonly listed: readonly number[];
  readonly seed: number;
}

const cases = fc.integer({ min: 1, max: MOST_ROWS }).chain((rows) =>
  fc.record({
    rows: fc.constant(rows),
    listed: fc.uniqueArray(fc.nat(rows - 1), { minLength: 1, maxLength: rows }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  }),
);

function inputsOf(stage: string, { rows, listed, seed }: Case): StageInputs {
  let state = seed;
  const random = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const bytes: Record<string, { data: Uint8Array; width: number }> = {};
  for (const [name, width] of Object.entries(widthsOf(stage))) {
    bytes[name] = { data: Uint8Array.from({ length: rows * width }, () => random(256)), width };
  }
  const sees = /key\.group|b$/.test(stage) ? listed.length : rows;
  const neighbours = Int32Array.from({ length: sees * NEIGHBOURS }, () => random(rows + 1));
  const knots = new Float32Array(9);
  const knot = random(8);
  const part = random(9) / 8;
  knots[knot] = 1 - part;
  knots[knot + 1] = part;
  return { bytes, neighbours, rows: Int32Array.from(listed), knots };
}

/** The same inputs in the memory of the kernels; nothing may be allocated after it. */
function placed(inputs: StageInputs, kernels: Kernels): StageInputs {
  const at = Object.entries(inputs.bytes).map(
    ([name, { data }]) => [name, kernels.allocate(data.length + 8)] as const,
  );
  const neighbours = kernels.allocate(inputs.neighbours.byteLength);
  const rows = kernels.allocate(inputs.rows?.byteLength ?? 0);
  const bytes: Record<string, { data: Uint8Array; width: number }> = {};
  for (const [name, pointer] of at) {
    const { data, width } = inputs.bytes[name] ?? { data: new Uint8Array(), width: 1 };
    kernels.bytes(pointer, data.length).set(data);
    bytes[name] = { data: kernels.bytes(pointer, data.length), width };
  }
  kernels.int32(neighbours, inputs.neighbours.length).set(inputs.neighbours);
  kernels.int32(rows, inputs.rows?.length ?? 0).set(inputs.rows ?? []);
  return {
    bytes,
    neighbours: kernels.int32(neighbours, inputs.neighbours.length),
    rows: kernels.int32(rows, inputs.rows?.length ?? 0),
    knots: inputs.knots,
  };
}

describe('networks run by kernels', () => {
  it('give what onnxruntime gives, stage by stage', async () => {
    const kernels = Kernels.create(module);
    const own = new KernelStages(readLayeredModel(model), kernels, MOST_ROWS);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...model.manifest.stages), cases, async (stage, given) => {
        const inputs = inputsOf(stage, given);
        const expected = await onnx.run(stage, inputs);
        const outputs = await own.run(stage, placed(inputs, kernels));
        expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected).sort());
        for (const [name, bytes] of Object.entries(expected)) {
          expect(outputs[name]).toEqual(new Uint8Array(bytes));
        }
      }),
      { numRuns: 120 },
    );
  });

  it('keep their outputs while two more stages run', async () => {
    const kernels = Kernels.create(module);
    const own = new KernelStages(readLayeredModel(model), kernels, MOST_ROWS);
    const given = { rows: 9, listed: [1, 4], seed: 5 };
    const [first, ...others] = ['key.field', 'key.group1a', 'key.refine'].map(
      (stage) => [stage, placed(inputsOf(stage, given), kernels)] as const,
    );
    // What was placed last may have moved the memory: views are made again.
    const fresh = (inputs: StageInputs): StageInputs => ({
      ...inputs,
      bytes: Object.fromEntries(
        Object.entries(inputs.bytes).map(([name, { data, width }]) => [
          name,
          { data: kernels.bytes(data.byteOffset, data.length), width },
        ]),
      ),
    });
    if (!first) throw new RangeError('no stage');
    const output = await own.run(first[0], fresh(first[1]));
    const before = output['field_out']?.slice();
    for (const [stage, inputs] of others) await own.run(stage, fresh(inputs));
    expect(output['field_out']).toEqual(before);
  });

  it('refuse networks of another kind', async () => {
    const pack = unpackModel(new Uint8Array(await readFile(new URL('float.model', ASSETS))));
    expect(() => readLayeredModel(pack)).toThrow(CodecError);
  });
});

describe('an ONNX file', () => {
  it('that is cut off or damaged is read or refused, never more', () => {
    const file = model.stages.get('predicted.group0b') ?? new Uint8Array();
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length), (at, byte, length) => {
        const damaged = file.slice(0, length);
        if (at < length) damaged[at] = byte;
        try {
          readOnnxGraph(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
