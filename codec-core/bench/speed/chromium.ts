import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ROOT } from '../paths.js';
import type { Answer, Task } from './messages.js';
import type { Pass, PassResult } from './passes.js';
import type { WebCodec, WebCodecResult } from './webCodecs.js';

const PAGE = `<!doctype html><title>bench</title><script type="module">
const worker = new Worker('/worker.js', { type: 'module' });
window.ask = (task) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(task);
});
</script>`;

const TYPES: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'benchmark.worker.ts')],
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** Serves page, worker, codec assets and the clips of one folder on localhost. */
async function serve(clips: string): Promise<Server> {
  const worker = await bundleWorker();
  const folders = new Map([
    ['assets', path.join(ROOT, 'codec-core', 'dist', 'assets')],
    ['clips', clips],
  ]);
  const server = createServer((request, response) => {
    // Isolated pages have a clock of 5 µs instead of 100.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    const name = request.url ?? '/';
    if (name === '/') {
      response.setHeader('Content-Type', 'text/html').end(PAGE);
    } else if (name === '/worker.js') {
      response.setHeader('Content-Type', 'text/javascript').end(worker);
    } else {
      const [, folder = '', file = ''] = name.split('/');
      const base = folders.get(folder);
      response.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream');
      const stream = createReadStream(path.join(base ?? clips, path.basename(file)));
      stream.on('error', () => response.writeHead(404).end());
      stream.pipe(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function unexpected(answer: Answer): never {
  throw new Error(answer.kind === 'failed' ? answer.message : `Unexpected ${answer.kind}.`);
}

/** A page whose worker times tasks; `close` ends browser and server. */
export class ChromiumBench {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async open(executable: string, clips: string): Promise<ChromiumBench> {
    await stat(executable).catch(() => {
      throw new Error(`There is no Chromium at ${executable}; set INNCALL_CHROMIUM.`);
    });
    const server = await serve(clips);
    const browser = await chromium.launch({ executablePath: executable, args: FLAGS });
    const page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    return new ChromiumBench(server, browser, page);
  }

  get version(): string {
    return this.browser.version();
  }

  /** Loads codec, kernels and networks; returns the milliseconds it took. */
  async start(): Promise<number> {
    const answer = await this.#ask({ kind: 'start' });
    return answer.kind === 'ready' ? answer.milliseconds : unexpected(answer);
  }

  async pass(clip: string, pass: Pass): Promise<PassResult> {
    const answer = await this.#ask({ kind: 'pass', clip, pass });
    return answer.kind === 'pass' ? answer.result : unexpected(answer);
  }

  async webCodec(clip: string, codec: WebCodec, bitrate: number): Promise<WebCodecResult> {
    const answer = await this.#ask({ kind: 'webCodec', clip, codec, bitrate });
    return answer.kind === 'webCodec' ? answer.result : unexpected(answer);
  }

  #ask(task: Task): Promise<Answer> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as { ask(task: Task): Promise<Answer> }).ask(given),
      task,
    );
  }

  /** Largest resident set so far of the process that runs page and worker, bytes. */
  async peakMemory(): Promise<number> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    const renderers = processInfo.filter(({ type }) => type === 'renderer');
    const peaks = renderers.map(async ({ id }) => {
      // A spare renderer may have ended since it was listed.
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
    });
    return Math.max(...(await Promise.all(peaks)));
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}
