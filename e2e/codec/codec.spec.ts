import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createNodeRuntime } from '@inncall/codec-core/node';
import { expect, test } from '@playwright/test';
import { build } from 'esbuild';
import { launchBrowser } from '../support/participant.js';
import { serveStatic, type StaticServer } from '../support/staticServer.js';
import type { CodecAnswer, CodecTask } from './messages.js';
import { runTask } from './runTask.js';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = `<!doctype html><title>codec</title><script type="module">
window.ask = (task) => new Promise((resolve, reject) => {
  const worker = new Worker('/worker.js', { type: 'module' });
  worker.onmessage = ({ data }) => (data.failure ? reject(new Error(data.failure)) : resolve(data));
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(task);
});
</script>`;
const POINTS = [26, 14, 0, 40, 52];

interface GoldenFrame {
  readonly data: string;
  readonly checksum: number;
}

let golden: readonly GoldenFrame[];
let expected: CodecAnswer;
let server: StaticServer;
test.beforeAll(async () => {
  golden = JSON.parse(readFileSync(file('codec-core/golden/moving.json'), 'utf8')) as GoldenFrame[];
  const runtime = await createNodeRuntime();
  expected = await runTask(runtime, { frames: golden.map((g) => g.data), points: POINTS });
  await runtime.close();
  const { outputFiles } = await build({
    entryPoints: [file('e2e/codec/codec.worker.ts')],
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
    logLevel: 'error',
  });
  server = await serveStatic(
    { '/index.html': PAGE, '/worker.js': outputFiles[0]?.text ?? '' },
    { ort: file('node_modules/onnxruntime-web/dist'), assets: file('codec-core/dist/assets') },
  );
});
test.afterAll(() => server.close());

for (const engine of ['kernels', 'wasm', 'webgpu'] as const) {
  test(`Chromium's worker and Node agree bit by bit (${engine})`, async () => {
    expect(expected.checksums).toEqual(golden.map((g) => g.checksum));
    const browser = await launchBrowser(undefined, [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
    ]);
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/index.html`);
      const task: CodecTask = { engine, frames: golden.map((g) => g.data), points: POINTS };
      const answer = await page.evaluate(
        (given) =>
          (globalThis as unknown as { ask(task: CodecTask): Promise<CodecAnswer> }).ask(given),
        task,
      );
      expect(answer).toEqual(expected);
    } finally {
      await browser.close();
    }
  });
}
