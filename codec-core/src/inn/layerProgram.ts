import { readOnnxGraph, type OnnxNode, type OnnxTensor } from './onnxGraph.js';

/** Outputs that the kernel `layerRows` computes together. */
const OUTPUT_BLOCK = 16;
/** Pairs of inputs that it looks at together. */
const PAIR_BLOCK = 4;
/** What stands for a weight of zero in the u8 of the files. */
const WEIGHT_ZERO = 128;

/** A table of u8 or s8 rows: an input of the stage, or what one of its layers gave. */
export type Table = { readonly input: string } | { readonly layer: number };

/** A part of the inputs of a layer's rows. */
export type LayerPart =
  /** The row itself; `listed`: of the rows that `rows` lists. */
  | { readonly kind: 'own'; readonly table: Table; readonly listed: boolean }
  /** Rows around it; `which`: a bit for each of the eight. */
  | { readonly kind: 'around'; readonly table: Table; readonly which: number };

/** One layer: inputs times weights, times scale, plus bias, rounded to u8 or s8. */
export interface Layer {
  readonly parts: readonly LayerPart[];
  /** Inputs, rounded up to pairs. */
  readonly pairs: number;
  readonly outputs: number;
  /** As `layerRows` takes them. */
  readonly weights: Int16Array;
  readonly scales: Float32Array;
  /** One row, or one for each knot of the operating point. */
  readonly biases: readonly Float32Array[];
  readonly signed: boolean;
}

/** A stage as layers in an order in which they can be computed. */
export interface LayerProgram {
  readonly layers: readonly Layer[];
  readonly outputs: ReadonlyMap<string, number>;
}

/** What an edge of the graph stands for. */
type Value =
  | { readonly kind: 'parts'; readonly parts: readonly LayerPart[] }
  | { readonly kind: 'digests'; readonly table: Table }
  | { readonly kind: 'neighbours'; readonly which: number }
  | { readonly kind: 'rows' }
  | { readonly kind: 'knots' }
  | { readonly kind: 'bias'; readonly biases: readonly Float32Array[] }
  | { readonly kind: 'sum'; readonly layer: Omit<Layer, 'signed'> }
  | { readonly kind: 'constant'; readonly tensor: OnnxTensor };

const ALL_NEIGHBOURS = 255;
const PLACES: Readonly<Record<string, Value>> = {
  knots: { kind: 'knots' },
  rows: { kind: 'rows' },
  neighbours: { kind: 'neighbours', which: ALL_NEIGHBOURS },
};

/**
 * Reads a stage of kind `integer` as `training/inntrain/export.py` writes it.
 * @throws RangeError where the file has anything else.
 */
export function readLayerProgram(file: Uint8Array): LayerProgram {
  const graph = readOnnxGraph(file);
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.constants) values.set(name, { kind: 'constant', tensor });
  for (const name of graph.inputs) {
    const own: Value = {
      kind: 'parts',
      parts: [{ kind: 'own', table: { input: name }, listed: false }],
    };
    values.set(name, PLACES[name] ?? own);
  }
  const layers: Layer[] = [];
  const outputs = new Map<string, number>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => values.get(name));
    const [output = ''] = node.outputs;
    if (node.op === 'Identity') outputs.set(output, layerOf(tableOf(inputs[0])));
    else values.set(output, valueOf(node, inputs, layers));
  }
  return { layers, outputs };
}

function valueOf(node: OnnxNode, inputs: readonly (Value | undefined)[], layers: Layer[]): Value {
  const [first, second] = inputs;
  switch (node.op) {
    case 'MatMul':
      if (first?.kind === 'knots') return { kind: 'bias', biases: rowsOf(constant(second)) };
      break;
    case 'Concat':
      if (node.axis === 0) return { kind: 'digests', table: tableOf(first) };
      return { kind: 'parts', parts: inputs.flatMap(partsOf) };
    case 'Gather':
      return gathered(node, first, second);
    case 'Reshape':
      return { kind: 'parts', parts: partsOf(first) };
    case 'MatMulIntegerToFloat': {
      const [value, weights, , scales, , , bias] = inputs;
      return {
        kind: 'sum',
        layer: sumOf(partsOf(value), constant(weights), constant(scales), bias),
      };
    }
    case 'QuantizeLinear': {
      if (first?.kind !== 'sum') break;
      const signed = constant(inputs[2]).data instanceof Int8Array;
      layers.push({ ...first.layer, signed });
      const table = { layer: layers.length - 1 };
      return { kind: 'parts', parts: [{ kind: 'own', table, listed: false }] };
    }
  }
  throw new RangeError(`a network has an unexpected ${node.op}`);
}

function gathered(node: OnnxNode, from: Value | undefined, by: Value | undefined): Value {
  if (from?.kind === 'neighbours') {
    let which = 0;
    for (const place of constant(by).data) which |= 1 << place;
    return { kind: 'neighbours', which };
  }
  if (from?.kind === 'digests' && by?.kind === 'neighbours') {
    return { kind: 'parts', parts: [{ kind: 'around', table: from.table, which: by.which }] };
  }
  if (by?.kind === 'rows') {
    return { kind: 'parts', parts: [{ kind: 'own', table: tableOf(from), listed: true }] };
  }
  throw new RangeError(`a network has an unexpected ${node.op}`);
}

/** @param weights u8 [inputs][outputs] */
function sumOf(
  parts: readonly LayerPart[],
  weights: OnnxTensor,
  scales: OnnxTensor,
  bias: Value | undefined,
): Omit<Layer, 'signed'> {
  const [inputs = 0, outputs = 0] = weights.dims;
  const pairs = Math.ceil(inputs / 2);
  const padded = PAIR_BLOCK * Math.ceil(pairs / PAIR_BLOCK);
  const blocks = Math.ceil(outputs / OUTPUT_BLOCK);
  const packed = new Int16Array(blocks * padded * OUTPUT_BLOCK * 2);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      const block = Math.floor(o / OUTPUT_BLOCK) * padded + (i >> 1);
      const weight = (weights.data[i * outputs + o] ?? WEIGHT_ZERO) - WEIGHT_ZERO;
      packed[(block * OUTPUT_BLOCK + (o % OUTPUT_BLOCK)) * 2 + (i & 1)] = weight;
    }
  }
  const whole = (values: Float32Array): Float32Array => {
    const out = new Float32Array(blocks * OUTPUT_BLOCK);
    out.set(values);
    return out;
  };
  const biases = bias?.kind === 'bias' ? bias.biases : [floats(constant(bias))];
  return {
    ...{ parts, pairs, outputs, weights: packed },
    scales: whole(floats(scales)),
    biases: biases.map(whole),
  };
}

function rowsOf(tensor: OnnxTensor): Float32Array[] {
  const [rows = 0, width = 0] = tensor.dims;
  return Array.from({ length: rows }, (_, i) => floats(tensor).slice(i * width, (i + 1) * width));
}

function floats({ data }: OnnxTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new RangeError('a network has scales or biases that are no f32');
}

function constant(value: Value | undefined): OnnxTensor {
  if (value?.kind === 'constant') return value.tensor;
  throw new RangeError('a network lacks a constant');
}

function partsOf(value: Value | undefined): readonly LayerPart[] {
  if (value?.kind === 'parts') return value.parts;
  throw new RangeError('a network has something else where a table should be');
}

function tableOf(value: Value | undefined): Table {
  const [part, ...more] = partsOf(value);
  if (part?.kind === 'own' && !part.listed && more.length === 0) return part.table;
  throw new RangeError('a network has something else where a table should be');
}

function layerOf(table: Table): number {
  if ('layer' in table) return table.layer;
  throw new RangeError('a network hands an input on as an output');
}
