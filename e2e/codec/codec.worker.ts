/** Runs the codec in a browser's worker with the engine asked for; bundled by codec.spec.ts. */
import { createCodecRuntime } from '@inncall/codec-core';
import * as ort from 'onnxruntime-web/webgpu';
import type { CodecTask } from './messages.js';
import { runTask } from './runTask.js';

async function fetchBytes(address: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(address)).arrayBuffer());
}

self.onmessage = ({ data: task }: MessageEvent<CodecTask>): void => {
  const work = async (): Promise<unknown> => {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = '/ort/';
    const { engine } = task;
    const runtime = await createCodecRuntime({
      model: await fetchBytes(`/assets/${engine === 'webgpu' ? 'float' : 'integer'}.model`),
      kernels: await WebAssembly.compile(await fetchBytes('/assets/kernels.wasm')),
      ...(engine !== 'kernels' && { onnx: { ort, provider: engine } }),
    });
    return runTask(runtime, task);
  };
  work().then(
    (answer) => self.postMessage(answer),
    (error: unknown) => self.postMessage({ failure: String(error) }),
  );
};
