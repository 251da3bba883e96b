/** Runs one task at a time in a Chromium worker; bundled and served by `chromium.ts`. */
import * as codec from '../../src/index.js';
import { readY4m, type Y4mStream } from '../../src/media/y4m.js';
import type { Answer, Task } from './messages.js';
import { timePass } from './passes.js';
import { timeWebCodec } from './webCodecs.js';

async function bytes(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

async function openClip(address: string): Promise<Y4mStream> {
  const { body } = await fetch(address);
  if (!body) throw new Error(`${address} has no content.`);
  return readY4m(body as unknown as AsyncIterable<Uint8Array>);
}

let runtime: codec.CodecRuntime | undefined;

async function start(): Promise<Answer> {
  const begin = performance.now();
  const [model, kernels] = await Promise.all([
    bytes('/assets/integer.model'),
    bytes('/assets/kernels.wasm').then((source) => WebAssembly.compile(source)),
  ]);
  runtime = await codec.createCodecRuntime({ model: new Uint8Array(model), kernels });
  return { kind: 'ready', milliseconds: performance.now() - begin };
}

async function run(task: Task): Promise<Answer> {
  switch (task.kind) {
    case 'start':
      return start();
    case 'pass': {
      if (!runtime) throw new Error('The codec is not loaded.');
      const result = await timePass(codec, runtime, await openClip(task.clip), task.pass);
      return { kind: 'pass', result };
    }
    case 'webCodec': {
      const result = await timeWebCodec(task.codec, await openClip(task.clip), task.bitrate);
      return { kind: 'webCodec', result };
    }
  }
}

self.onmessage = ({ data }: MessageEvent<Task>) => {
  run(data).then(
    (answer) => self.postMessage(answer),
    (error: unknown) => self.postMessage({ kind: 'failed', message: String(error) }),
  );
};
