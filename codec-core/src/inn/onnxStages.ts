import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-common';
import { CodecError } from '../errors.js';
import type { ModelManifest, ModelPack } from './modelPack.js';
import type { StageInputs, Stages } from './stages.js';

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

const NEIGHBOURS = 8;

/** Stages as sessions of onnxruntime, shared by every encoder and decoder of a thread. */
export class OnnxStages implements Stages {
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

  /**
   * @param provider execution provider, e.g. 'wasm', 'webgpu' or 'cpu'
   * @throws CodecError 'runtime-failed' when a session cannot be made.
   */
  static async create(ort: OnnxRuntime, model: ModelPack, provider: string): Promise<OnnxStages> {
    const sessions = new Map<string, InferenceSession>();
    try {
      for (const name of model.manifest.stages) {
        const data = model.stages.get(name);
        if (!data) throw new CodecError('runtime-failed', `the model has no stage ${name}`);
        sessions.set(
          name,
          await ort.InferenceSession.create(data, {
            executionProviders: [provider],
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
        `the networks did not load with provider '${provider}'; try 'wasm' or 'cpu'`,
        { cause },
      );
    }
    return new OnnxStages(model.manifest, ort, sessions);
  }

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
