import { readFile } from 'node:fs/promises';
import { CodecError } from '../errors.js';
import type { OnnxRuntime } from '../inn/onnxStages.js';
import { createCodecRuntime, type CodecRuntime } from '../runtime.js';

/**
 * What runs the networks: the codec's own kernels, onnxruntime-node ('cpu') or onnxruntime-web ('wasm');
 * all give the same bits.
 */
export type NodeProvider = 'kernels' | 'cpu' | 'wasm';

/** Folder of the built assets, from dist/node and from src/node alike. */
const ASSETS = new URL('../../dist/assets/', import.meta.url);

/**
 * Loads models and kernels from this package, and onnxruntime where it is asked for.
 * @throws CodecError 'runtime-failed' when the package is not built.
 */
export async function createNodeRuntime(
  options: { readonly provider?: NodeProvider; readonly model?: 'integer' | 'float' } = {},
): Promise<CodecRuntime> {
  const provider = options.provider ?? 'kernels';
  const [model, kernels] = await Promise.all([
    readAsset(`${options.model ?? 'integer'}.model`),
    readAsset('kernels.wasm'),
  ]);
  return createCodecRuntime({
    model,
    kernels: await WebAssembly.compile(kernels),
    ...(provider !== 'kernels' && { onnx: { ort: await onnxRuntime(provider), provider } }),
  });
}

async function onnxRuntime(provider: 'cpu' | 'wasm'): Promise<OnnxRuntime> {
  if (provider === 'cpu') return import('onnxruntime-node');
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  return ort;
}

async function readAsset(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(new URL(name, ASSETS)));
  } catch (cause) {
    throw new CodecError(
      'runtime-failed',
      `codec-core is not built (no ${name}); run npm run build in the repository root`,
      { cause },
    );
  }
}
