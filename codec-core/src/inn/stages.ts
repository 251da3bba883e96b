import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-common';
import { CodecError } from '../errors.js';
import { unpackModel, type ModelManifest } from './modelPack.js';

/** The part of an onnxruntime package (web or node) that the codec uses. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: {
    new (type: 'uint8', data: Uint8Array, dims: readonly number[]): TypedTensor<'uint8'>;
    new (type: 'int32', data: Int32Array, dims: readonly number[]): TypedTensor<'int32'>;
    new (type: 'float32', data: Float32Array, dims: readonly number[]): TypedTensor<'float32'>;
  };
}

/** Where and how the networks run. */
export interface StageOptions {
  /** Execution provider, e.g. 'wasm', 'webgpu' or 'cpu'. */
  readonly provider: string;
}

/** Inputs and outputs of a stage: u8 and s8 tables are bytes, row numbers are i32. */
export interface StageInputs {
  readonly bytes: Readonly<Record<string, { data: Uint8Array; width: number }>>;
  readonly neighbours: Int32Array;
  readonly rows?: Int32Array;
  /** Interpolation weights of the operating point over nine knots. */
  readonly knots: Float32Array;
}

const NEIGHBOURS = 8;

/** The sessions of one model, shared by every encoder and decoder of a thread. */
export class Stages {
  readonly manifest: ModelManifest;
  readonly #ort: OnnxRuntime;
  readonly #sessions: ReadonlyMap<string, InferenceSession>;

  private constructor(
    manifest: ModelManifest,
    ort: OnnxRuntime,
    sessions: ReadonlyMap<string, InferenceSession>,
  ) {
    this.manifest = manifest;
    this.#ort = ort;
    this.#sessions = sessions;
  }

  /** @throws CodecError 'runtime-failed' when a session cannot be made. */
  static async create(ort: OnnxRuntime, pack: Uint8Array, options: StageOptions): Promise<Stages> {
    const model = unpackModel(pack);
    const sessions = new Map<string, InferenceSession>();
    try {
      for (const name of model.manifest.stages) {
        const data = model.stages.get(name);
        if (!data) throw new CodecError('runtime-failed', `the model has no stage ${name}`);
        sessions.set(
          name,
          await ort.InferenceSession.create(data, {
            executionProviders: [options.provider],
            intraOpNumThreads: 1,
            interOpNumThreads: 1,
            graphOptimizationLevel: 'all',
            logSeverityLevel: 3,
          }),
        );
      }
    } catch (cause) {
      await Promise.all([...sessions.values()].map((s) => s.release()));
      throw new CodecError(
        'runtime-failed',
        `the networks did not load with provider '${options.provider}'; try 'wasm' or 'cpu'`,
        { cause },
      );
    }
    return new Stages(model.manifest, ort, sessions);
  }

  /** Runs one stage -> its outputs by name, as bytes (s8 outputs keep their bits). */
  async run(name: string, inputs: StageInputs): Promise<Record<string, Uint8Array>> {
    const session = this.#sessions.get(name);
    if (!session) throw new CodecError('runtime-failed', `the model has no stage ${name}`);
    const { Tensor: OrtTensor } = this.#ort;
    const feeds: Record<string, Tensor> = {
      knots: new OrtTensor('float32', inputs.knots, [inputs.knots.length]),
      neighbours: new OrtTensor('int32', inputs.neighbours, [
        inputs.neighbours.length / NEIGHBOURS,
        NEIGHBOURS,
      ]),
    };
    if (inputs.rows) feeds['rows'] = new OrtTensor('int32', inputs.rows, [inputs.rows.length]);
    for (const [key, { data, width }] of Object.entries(inputs.bytes)) {
      feeds[key] = new OrtTensor('uint8', data, [data.length / width, width]);
    }
    for (const key of Object.keys(feeds)) {
      if (!session.inputNames.includes(key)) Reflect.deleteProperty(feeds, key);
    }
    const results = await session.run(feeds);
    const outputs: Record<string, Uint8Array> = {};
    for (const [key, tensor] of Object.entries(results)) {
      const data = tensor.data as Uint8Array | Int8Array;
      outputs[key] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
    return outputs;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.release()));
  }
}
