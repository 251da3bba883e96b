import kernelsUrl from '@inncall/codec-core/assets/kernels.wasm?url';
import modelUrl from '@inncall/codec-core/assets/integer.model?url';
import { ClientError } from '../errors.js';
import type { CodecAssets } from './messages.js';

let loading: Promise<CodecAssets> | undefined;

/** Fetches kernels and models once; the join page starts it. */
export function loadCodecAssets(): Promise<CodecAssets> {
  loading ??= fetchAll().catch((cause: unknown) => {
    loading = undefined;
    throw ClientError.from(
      cause,
      'codec-failed',
      'The codec could not be loaded. Check the connection and reload the page.',
    );
  });
  return loading;
}

async function fetchAll(): Promise<CodecAssets> {
  const [kernels, model] = await Promise.all([
    fetchBytes(kernelsUrl).then((bytes) => WebAssembly.compile(bytes)),
    fetchBytes(modelUrl).then((bytes) => new Uint8Array(bytes)),
  ]);
  return { kernels, model };
}

async function fetchBytes(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}`);
  return response.arrayBuffer();
}
