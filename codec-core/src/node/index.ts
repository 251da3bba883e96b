import { readFile } from 'node:fs/promises';
import { CodecError } from '../errors.js';
import { createCodecRuntime, type CodecRuntime } from '../runtime.js';

/** 'cpu' is onnxruntime-node, 'wasm' the runtime that browsers use; both give the same bits. */
export type NodeProvider = 'cpu' | 'wasm';

/** Folder of the built assets, from dist/node and from src/node alike. */
const ASSETS = new URL('../../dist/assets/', import.meta.url);

/**
 * Loads models, kernels and onnxruntime from this package.
 * @throws CodecError 'runtime-failed' when the package is not built.
 */
export async function createNodeRuntime(
  options: { readonly provider?: NodeProvider; readonly model?: 'integer' | 'float' } = {},
): Promise<CodecRuntime> {
  const provider = options.provider ?? 'cpu';
  const [model, kernels] = await Promise.all([
    readAsset(`${options.model ?? 'integer'}.model`),
    readAsset('kernels.wasm'),
  ]);
  return createCodecRuntime({
    ort: provider === 'cpu' ? await import('onnxruntime-node') : await webRuntime(),
    model,
    kernels: await WebAssembly.compile(kernels),
    provider,
  });
}

async function webRuntime(): Promise<typeof import('onnxruntime-web/wasm')> {
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
