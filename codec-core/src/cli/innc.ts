#!/usr/bin/env node
import { MAX_DIMENSION } from '../frame/i420.js';
import type { Codec } from './codec.js';
import { runInnc } from './run.js';

/** Loaded on demand: `innc info` and `innc --help` need neither models nor onnxruntime. */
async function loadCodec(): Promise<Codec> {
  const [{ createDecoder, createEncoder }, { createNodeRuntime }] = await Promise.all([
    import('../index.js'),
    import('../node/index.js'),
  ]);
  const runtime = await createNodeRuntime();
  return {
    modelId: runtime.manifest.modelId,
    createEncoder: (width, height) => createEncoder(runtime, { width, height }),
    // A file is its owner's choice: any size that the format has.
    createDecoder: () => createDecoder(runtime, { maxPixels: MAX_DIMENSION ** 2 }),
    close: () => runtime.close(),
  };
}

const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort(new Error('Interrupted; no output was written.'));
});

process.exitCode = await runInnc(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupted.signal,
  loadCodec,
});
