import { CodecError } from './errors.js';
import { KernelStages, readLayeredModel, type LayeredModel } from './inn/kernelStages.js';
import { unpackModel, type ModelManifest } from './inn/modelPack.js';
import { OnnxStages, type OnnxRuntime } from './inn/onnxStages.js';
import type { Stages } from './inn/stages.js';
import { Kernels } from './kernels/kernels.js';

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

/** Kernel instances kept for the next encoder or decoder. */
const MAX_IDLE_KERNELS = 2;

/** The runtime as the codec itself sees it. */
export class LoadedRuntime implements CodecRuntime {
  readonly #module: WebAssembly.Module;
  readonly #idle: Kernels[] = [];
  #open = true;

  constructor(
    readonly networks: LayeredModel | OnnxStages,
    module: WebAssembly.Module,
  ) {
    this.#module = module;
  }

  get manifest(): ModelManifest {
    return this.networks.manifest;
  }

  /**
   * Kernels with their memory for one encoder or decoder, from one that was closed where there is one:
   * the first pass over fresh memory costs as much as coding a key frame (640×360: 40 ms).
   */
  takeKernels(): Kernels {
    return this.#idle.pop() ?? Kernels.create(this.#module);
  }

  /** Nobody may use them, or what they allocated, any more. */
  giveBack(kernels: Kernels): void {
    if (this.#idle.length >= MAX_IDLE_KERNELS) return;
    kernels.recycle();
    this.#idle.push(kernels);
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
    this.#idle.length = 0;
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
