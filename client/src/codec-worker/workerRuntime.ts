import { createCodecRuntime, warmUp, type CodecRuntime } from '@inncall/codec-core';
import type { CodecAssets } from './messages.js';

/** Makes the codec's runtime of this worker, ready for real frames. */
export async function createWorkerRuntime(assets: CodecAssets): Promise<CodecRuntime> {
  const runtime = await createCodecRuntime(assets);
  await warmUp(runtime);
  return runtime;
}
