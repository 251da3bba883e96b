import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves texts by path and the files of some folders on localhost, cross-origin isolated. */
export async function serveStatic(
  texts: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>>,
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    const text = texts[path];
    if (text !== undefined) {
      response.end(text);
      return;
    }
    const folder = folders[path.split('/')[1] ?? ''];
    if (folder === undefined) {
      response.writeHead(404).end();
      return;
    }
    const stream = createReadStream(join(folder, basename(path)));
    stream.on('error', () => response.writeHead(404).end());
    stream.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
