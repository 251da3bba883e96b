/**
 * The part of ONNX files that the networks need, read from protocol buffers (onnx.proto3 of ONNX 1.12,
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3, for the field numbers).
 */

/** A constant of a graph. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array | Int8Array | Int32Array;
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attribute `axis`, 0 where there is none. */
  readonly axis: number;
}

export interface OnnxGraph {
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly string[];
}

const MODEL = { graph: 7 };
const GRAPH = { node: 1, initializer: 5, input: 11 };
const NODE = { input: 1, output: 2, op: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, integer: 3 };
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9 };
const VALUE = { name: 1 };

/** @throws RangeError for what is no ONNX file of the kinds that `training/inntrain/export.py` writes. */
export function readOnnxGraph(file: Uint8Array): OnnxGraph {
  const graph = fields(file).find(({ number }) => number === MODEL.graph);
  if (!graph) throw new RangeError('the file has no graph');
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const inputs: string[] = [];
  for (const { number, bytes } of fields(graph.bytes)) {
    if (number === GRAPH.node) nodes.push(readNode(bytes));
    else if (number === GRAPH.initializer) constants.set(...readTensor(bytes));
    else if (number === GRAPH.input) inputs.push(text(fields(bytes), VALUE.name));
  }
  return { nodes, constants, inputs };
}

interface Field {
  readonly number: number;
  /** Of a varint. */
  readonly value: number;
  /** Of anything with a length. */
  readonly bytes: Uint8Array;
}

function fields(message: Uint8Array): Field[] {
  const out: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined || factor > 2 ** 49) throw new RangeError('the file is damaged');
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const nothing = message.subarray(0, 0);
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        out.push({ number, value: varint(), bytes: nothing });
        break;
      case 2: {
        const end = varint() + at;
        if (end > message.length) throw new RangeError('the file is damaged');
        out.push({ number, value: 0, bytes: message.subarray(at, end) });
        at = end;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new RangeError(`the file has a field of type ${key % 8}`);
    }
  }
  return out;
}

const texts = (all: readonly Field[], number: number): string[] =>
  all
    .filter((field) => field.number === number)
    .map(({ bytes }) => new TextDecoder().decode(bytes));

const text = (all: readonly Field[], number: number): string => texts(all, number)[0] ?? '';

function readNode(bytes: Uint8Array): OnnxNode {
  const all = fields(bytes);
  const axis = all
    .filter(({ number }) => number === NODE.attribute)
    .map((field) => fields(field.bytes))
    .find((attribute) => text(attribute, ATTRIBUTE.name) === 'axis');
  return {
    op: text(all, NODE.op),
    inputs: texts(all, NODE.input),
    outputs: texts(all, NODE.output),
    axis: axis?.find(({ number }) => number === ATTRIBUTE.integer)?.value ?? 0,
  };
}

function readTensor(bytes: Uint8Array): [string, OnnxTensor] {
  const all = fields(bytes);
  const dims = all.filter(({ number }) => number === TENSOR.dims).flatMap(dimensions);
  const type = all.find(({ number }) => number === TENSOR.type)?.value ?? 0;
  const raw = all.find(({ number }) => number === TENSOR.raw)?.bytes ?? bytes.subarray(0, 0);
  return [text(all, TENSOR.name), { dims, data: elements(type, raw.slice().buffer) }];
}

/** Sizes come one by one, or packed. */
function dimensions({ value, bytes }: Field): number[] {
  if (bytes.length === 0) return [value];
  const packed: number[] = [];
  let size = 0;
  let factor = 1;
  for (const byte of bytes) {
    size += (byte % 128) * factor;
    factor *= 128;
    if (byte >= 128) continue;
    packed.push(size);
    size = 0;
    factor = 1;
  }
  return packed;
}

/** Elements by `TensorProto.DataType`; those of 64 bits, sizes for a Reshape, are not needed. */
function elements(type: number, raw: ArrayBuffer): OnnxTensor['data'] {
  switch (type) {
    case 1:
      return new Float32Array(raw);
    case 2:
    case 7:
      return new Uint8Array(raw);
    case 3:
      return new Int8Array(raw);
    case 6:
      return new Int32Array(raw);
    default:
      throw new RangeError(`the file has a constant of type ${type}`);
  }
}
