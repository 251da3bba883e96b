import { CodecError } from '../errors.js';
import type { Kernels, Pointer } from '../kernels/kernels.js';
import { readLayerProgram, type Layer, type LayerPart, type LayerProgram } from './layerProgram.js';
import type { ModelManifest, ModelPack } from './modelPack.js';
import type { StageInputs, Stages } from './stages.js';

const NEIGHBOURS = 8;
/** Channels of the digests that `layNeighbours` gathers. */
const DIGEST = 16;
/** Rows laid out at once: they and the weights of a layer stay in the first cache. */
const STRIP = 64;
/** Places that the kernels may write beyond a row's inputs, and more so that rows stay aligned. */
const SPARE = 16;
/** Outputs are valid until two more stages have run. */
const ARENAS = 3;

/** Stages of a model, read once for all encoders and decoders of a thread. */
export interface LayeredModel {
  readonly manifest: ModelManifest;
  readonly programs: ReadonlyMap<string, LayerProgram>;
}

/** @throws CodecError 'runtime-failed' when the model is not of kind `integer`. */
export function readLayeredModel({ manifest, stages }: ModelPack): LayeredModel {
  try {
    const programs = new Map([...stages].map(([name, file]) => [name, readLayerProgram(file)]));
    return { manifest, programs };
  } catch (cause) {
    throw new CodecError(
      'runtime-failed',
      'the networks are not the integer ones that this codec runs itself; give it integer.model',
      { cause },
    );
  }
}

/** A layer in the memory of one instance. */
interface PlacedLayer extends Layer {
  readonly weightsAt: Pointer;
  readonly scalesAt: Pointer;
  readonly biasesAt: Pointer;
  /** i16 places of a laid out row. */
  readonly stride: number;
  /** Others see its rows as neighbours: an absent one is a row of zeros after the last. */
  readonly shown: boolean;
}

interface PlacedStage {
  readonly layers: readonly PlacedLayer[];
  readonly outputs: ReadonlyMap<string, number>;
}

interface PlacedTable {
  readonly at: Pointer;
  readonly width: number;
  readonly count: number;
}

/**
 * Stages run by the kernels of one encoder or decoder, in its memory: nothing is copied. Inputs have to
 * be views of that memory.
 */
export class KernelStages implements Stages {
  readonly manifest: ModelManifest;
  readonly #kernels: Kernels;
  readonly #stages: ReadonlyMap<string, PlacedStage>;
  readonly #strip: Pointer;
  /** Work space of `layerRows`. */
  readonly #lists: Pointer;
  readonly #arenas: readonly Pointer[];
  #runs = 0;

  /** @param rows most rows of a table: blocks of the picture */
  constructor(model: LayeredModel, kernels: Kernels, rows: number) {
    this.manifest = model.manifest;
    this.#kernels = kernels;
    this.#stages = new Map(
      [...model.programs].map(([name, program]) => [name, place(program, kernels)]),
    );
    const all = [...this.#stages.values()];
    const strides = all.flatMap(({ layers }) => layers.map(({ stride }) => stride));
    const bytes = all.map(({ layers }) =>
      layers.reduce((sum, { outputs }) => sum + tableBytes(rows, outputs), 0),
    );
    this.#strip = kernels.allocate(2 * STRIP * Math.max(...strides));
    this.#lists = kernels.allocate(STRIP * Math.max(...strides));
    const arena = Math.max(...bytes);
    this.#arenas = Array.from({ length: ARENAS }, () => kernels.allocate(arena));
  }

  run(name: string, inputs: StageInputs): Promise<Record<string, Uint8Array>> {
    const stage = this.#stages.get(name);
    if (!stage) throw new CodecError('runtime-failed', `the model has no stage ${name}`);
    const tables: PlacedTable[] = [];
    let at = this.#arenas[this.#runs++ % ARENAS] ?? 0;
    for (const layer of stage.layers) {
      tables.push(this.#runLayer(layer, inputs, tables, at));
      at += tableBytes(tables.at(-1)?.count ?? 0, layer.outputs);
    }
    const outputs: Record<string, Uint8Array> = {};
    for (const [key, index] of stage.outputs) {
      const table = tables[index];
      if (table) outputs[key] = this.#kernels.bytes(table.at, table.count * table.width);
    }
    return Promise.resolve(outputs);
  }

  #runLayer(
    layer: PlacedLayer,
    inputs: StageInputs,
    tables: readonly PlacedTable[],
    at: Pointer,
  ): PlacedTable {
    const { run } = this.#kernels;
    const { stride, pairs, outputs, shown, signed } = layer;
    const parts = layer.parts.map((part) => ({ part, table: this.#table(part, inputs, tables) }));
    const count = rowCount(layer.parts, inputs, parts[0]?.table.count ?? 0);
    const neighbours = this.#pointer(inputs.neighbours);
    const rows = inputs.rows ? this.#pointer(inputs.rows) : 0;
    if (layer.biases.length > 1) {
      const biases = this.#kernels.float32(layer.biasesAt, layer.scales.length);
      biases.set(interpolated(layer.biases, inputs.knots));
    }
    for (let first = 0; first < count; first += STRIP) {
      const some = Math.min(STRIP, count - first);
      let to = this.#strip;
      for (const { part, table } of parts) {
        if (part.kind === 'own') {
          run.layTable(table.at, table.width, part.listed ? rows : 0, first, some, to, stride);
        } else {
          run.layNeighbours(table.at, neighbours, part.which, first, some, to, stride);
        }
        to += 2 * partWidth(part, table.width);
      }
      const out = at + first * outputs;
      run.layerRows(
        this.#strip,
        stride,
        pairs,
        layer.weightsAt,
        layer.scalesAt,
        layer.biasesAt,
        outputs,
        some,
        out,
        signed ? 1 : 0,
        this.#lists,
      );
    }
    if (shown) this.#kernels.bytes(at + count * outputs, outputs).fill(0);
    return { at, width: outputs, count };
  }

  #table({ table }: LayerPart, inputs: StageInputs, tables: readonly PlacedTable[]): PlacedTable {
    if ('layer' in table) {
      const done = tables[table.layer];
      if (done) return done;
      throw new RangeError(`layer ${table.layer} has not run`);
    }
    const input = inputs.bytes[table.input];
    if (!input) throw new RangeError(`the stage lacks its input ${table.input}`);
    const { data, width } = input;
    return { at: this.#pointer(data), width, count: data.length / width };
  }

  #pointer(view: Uint8Array | Int32Array): Pointer {
    if (view.buffer === this.#kernels.run.memory.buffer) return view.byteOffset;
    throw new RangeError('a table lies outside the memory of the kernels');
  }
}

/** Bytes that a table takes, the row of an absent neighbour included. */
function tableBytes(rows: number, width: number): number {
  return Math.ceil(((rows + 1) * width) / 16) * 16;
}

function rowCount(parts: readonly LayerPart[], inputs: StageInputs, own: number): number {
  for (const part of parts) {
    if (part.kind === 'own' && part.listed) return inputs.rows?.length ?? 0;
    if (part.kind === 'around') return inputs.neighbours.length / NEIGHBOURS;
  }
  return own;
}

function partWidth(part: LayerPart, width: number): number {
  if (part.kind === 'own') return width;
  let shown = 0;
  for (let i = 0; i < NEIGHBOURS; i++) shown += (part.which >> i) & 1;
  return DIGEST * shown;
}

/** Bias of an operating point; exact, whatever the order: see `bias_exponent` in training. */
function interpolated(biases: readonly Float32Array[], knots: Float32Array): Float32Array {
  const out = new Float32Array(biases[0]?.length ?? 0);
  biases.forEach((bias, knot) => {
    const weight = knots[knot] ?? 0;
    if (weight !== 0) bias.forEach((value, i) => (out[i] = (out[i] ?? 0) + weight * value));
  });
  return out;
}

function place({ layers, outputs }: LayerProgram, kernels: Kernels): PlacedStage {
  const shown = new Set<number>();
  for (const { parts } of layers) {
    for (const part of parts) {
      if (part.kind === 'around' && 'layer' in part.table) shown.add(part.table.layer);
    }
  }
  const placed = layers.map((layer, index): PlacedLayer => {
    const { weights, scales, biases, pairs } = layer;
    const weightsAt = kernels.allocate(weights.byteLength);
    const scalesAt = kernels.allocate(scales.byteLength);
    const biasesAt = kernels.allocate(scales.byteLength);
    kernels.int16(weightsAt, weights.length).set(weights);
    kernels.float32(scalesAt, scales.length).set(scales);
    kernels.float32(biasesAt, scales.length).set(biases[0] ?? []);
    const stride = Math.ceil((2 * pairs) / 8) * 8 + SPARE;
    return { ...layer, weightsAt, scalesAt, biasesAt, stride, shown: shown.has(index) };
  });
  return { layers: placed, outputs };
}
