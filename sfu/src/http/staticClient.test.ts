import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.js';
import { Metrics } from '../metrics/Metrics.js';
import { createApp } from './app.js';

describe('the web server', () => {
  let folder: string;
  let server: Server;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inncall-client-'));
    const client = join(folder, 'dist');
    await mkdir(join(client, 'assets'), { recursive: true });
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(client, 'index.html'), '<title>InnCall</title>');
    await writeFile(join(client, '.env'), 'secret');
    await writeFile(join(client, 'assets/kernels-Ab12_cd3.wasm'), 'plain');
    await writeFile(join(client, 'assets/kernels-Ab12_cd3.wasm.br'), 'br');
    await writeFile(join(client, 'assets/kernels-Ab12_cd3.wasm.gz'), 'gz');
    await writeFile(join(client, 'assets/key-Ab12_cd3.onnx'), 'model');
    const app = createApp({
      clientDir: client,
      metrics: new Metrics(),
      logger: createLogger('silent'),
      health: () => ({ status: 'ok', workers: 1, rooms: 0, peers: 0 }),
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** Raw, so that neither paths nor encodings are changed on the way. */
  const get = (
    path: string,
    encodings = '',
  ): Promise<{ status: number; headers: Record<string, unknown>; body: string }> =>
    new Promise((resolve, reject) => {
      request(
        { port, host: '127.0.0.1', path, headers: { 'accept-encoding': encodings } },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      )
        .on('error', reject)
        .end();
    });

  it.each([
    ['gzip, br', 'br', 'br'],
    ['gzip', 'gz', 'gzip'],
    ['', 'plain', undefined],
  ])('with "%s" accepted sends %s', async (accepted, body, encoding) => {
    const answer = await get('/assets/kernels-Ab12_cd3.wasm', accepted);
    expect(answer.body).toBe(body);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers['content-type']).toBe('application/wasm');
    expect(answer.headers['cache-control']).toContain('immutable');
  });

  it('serves models as bytes and the page fresh, isolated', async () => {
    const model = await get('/assets/key-Ab12_cd3.onnx');
    expect(model.headers['content-type']).toBe('application/octet-stream');
    const page = await get('/');
    expect(page.headers['cache-control']).toBe('no-cache');
    expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(page.headers['cross-origin-embedder-policy']).toBe('require-corp');
  });

  it('answers links into the app with the page, missing files with 404', async () => {
    expect((await get('/room/daily')).body).toContain('InnCall');
    expect((await get('/assets/missing-Ab12_cd3.js')).status).toBe(404);
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/.env', '/%00', '/%zz'])(
    'never leaves the folder: %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.body).not.toContain('secret');
      expect(answer.status).toBeLessThan(500);
    },
  );

  it('has health and metrics', async () => {
    expect(JSON.parse((await get('/healthz')).body)).toMatchObject({ status: 'ok' });
    const metrics = await get('/metrics');
    expect(metrics.headers['content-type']).toContain('text/plain');
    expect(metrics.body).toContain('inncall_key_frame_requests_total 0');
  });
});
