import { CodecError } from './errors.js';
import type { ModelManifest } from './inn/modelPack.js';
import { Stages, type OnnxRuntime } from './inn/stages.js';

/** What one thread needs to encode and decode; shared by its encoders and decoders. */
export interface CodecRuntime {
  readonly manifest: ModelManifest;
  close(): Promise<void>;
}

export interface CodecRuntimeOptions {
  /** onnxruntime-web or onnxruntime-node, initialised by the host. */
  readonly ort: OnnxRuntime;
  /** Model pack: `integer.model` for CPU providers, `float.model` for WebGPU. */
  readonly model: Uint8Array;
  /** Compiled kernels.wasm. */
  readonly kernels: WebAssembly.Module;
  /** Execution provider of the networks. Default 'wasm'. */
  readonly provider?: string;
}

/** The runtime as the codec itself sees it. */
export class LoadedRuntime implements CodecRuntime {
  #open = true;

  constructor(
    readonly stages: Stages,
    readonly kernels: WebAssembly.Module,
  ) {}

  get manifest(): ModelManifest {
    return this.stages.manifest;
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
    await this.stages.close();
  }
}

/** @throws CodecError 'runtime-failed' when models or kernels do not load. */
export async function createCodecRuntime(options: CodecRuntimeOptions): Promise<CodecRuntime> {
  const stages = await Stages.create(options.ort, options.model, {
    provider: options.provider ?? 'wasm',
  });
  return new LoadedRuntime(stages, options.kernels);
}
