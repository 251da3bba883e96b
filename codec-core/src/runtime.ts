import { CodecError } from './errors.js';
import { KernelStages, readLayeredModel, type LayeredModel } from './inn/kernelStages.js';
import { unpackModel, type ModelManifest } from './inn/modelPack.js';
import { OnnxStages, type OnnxRuntime } from './inn/onnxStages.js';
import type { Stages } from './inn/stages.js';
import type { Kernels } from './kernels/kernels.js';

/** What one thread needs to encode and decode; shared by its encoders and decoders. */
export interface CodecRuntime {
  readonly manifest: ModelManifest;
  close(): Promise<void>;
}

/** onnxruntime as the engine of the networks. */
export interface OnnxEngine {
  /** onnxruntime-web or onnxruntime-node, initialised by the host. */
  readonly ort: OnnxRuntime;
  /** Execution provider, e.g. 'wasm', 'webgpu' or 'cpu'. */
  readonly provider: string;
}

export interface CodecRuntimeOptions {
  /** Model pack: `integer.model`, or `float.model` for WebGPU. */
  readonly model: Uint8Array;
  /** Compiled kernels.wasm. */
  readonly kernels: WebAssembly.Module;
  /** Runs the networks instead of the codec's own kernels; the bits are the same. */
  readonly onnx?: OnnxEngine;
}

/** The runtime as the codec itself sees it. */
export class LoadedRuntime implements CodecRuntime {
  #open = true;

  constructor(
    readonly networks: LayeredModel | OnnxStages,
    readonly kernels: WebAssembly.Module,
  ) {}

  get manifest(): ModelManifest {
    return this.networks.manifest;
  }

  /** The networks for an encoder or decoder of pictures with up to `blocks` blocks. */
  stagesOn(kernels: Kernels, blocks: number): Stages {
    const { networks } = this;
    return networks instanceof OnnxStages ? networks : new KernelStages(networks, kernels, blocks);
  }

  /** @throws CodecError 'closed'. */
  static from(runtime: CodecRuntime): LoadedRuntime {
    if (!(runtime instanceof LoadedRuntime)) {
      throw new CodecError('bad-argument', 'make the runtime with createCodecRuntime()');
    }
    if (!runtime.#open) throw new CodecError('closed', 'the codec runtime was closed');
    return runtime;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    if (this.networks instanceof OnnxStages) await this.networks.close();
  }
}

/** @throws CodecError 'runtime-failed' when models or kernels do not load. */
export async function createCodecRuntime(options: CodecRuntimeOptions): Promise<CodecRuntime> {
  const model = unpackModel(options.model);
  const { onnx } = options;
  const networks = onnx
    ? await OnnxStages.create(onnx.ort, model, onnx.provider)
    : readLayeredModel(model);
  return new LoadedRuntime(networks, options.kernels);
}
