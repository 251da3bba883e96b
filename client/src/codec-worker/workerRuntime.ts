import { createCodecRuntime, warmUp, type CodecRuntime } from '@inncall/codec-core';
import * as ort from 'onnxruntime-web/wasm';
import type { CodecAssets } from './messages.js';

/** Makes the codec's runtime of this worker, ready for real frames: one thread, provider wasm. */
export async function createWorkerRuntime(assets: CodecAssets): Promise<CodecRuntime> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = assets.ortWasm;
  const runtime = await createCodecRuntime({
    ort,
    model: assets.model,
    kernels: assets.kernels,
  });
  await warmUp(runtime);
  return runtime;
}
