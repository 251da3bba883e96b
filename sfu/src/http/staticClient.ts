import { existsSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import type { RequestHandler, Response } from 'express';

/** Encodings that the client's build leaves beside a file, best first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/** Vite writes a hash into the names of these files. */
const HASHED = /^\/assets\/.*-[\w-]{8}\.[\w.]+$/;

/**
 * Serves the built client: precompressed files where the browser takes them, hashed assets for
 * ever, everything else fresh, and the page itself for addresses without a file name.
 */
export function serveClient(folder: string): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      next();
      return;
    }
    const path = safePath(request.path);
    if (path !== undefined && isFile(join(folder, path))) {
      send(folder, path, request.acceptsEncodings(), response);
    } else if (extname(request.path) === '' && isFile(join(folder, 'index.html'))) {
      send(folder, '/index.html', request.acceptsEncodings(), response);
    } else {
      next();
    }
  };
}

function send(folder: string, path: string, accepted: string[], response: Response): void {
  const encoding = ENCODINGS.find(
    ({ name, suffix }) => accepted.includes(name) && existsSync(join(folder, path + suffix)),
  );
  response.type(extname(path));
  response.setHeader(
    'Cache-Control',
    HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
  );
  response.vary('Accept-Encoding');
  if (encoding !== undefined) response.setHeader('Content-Encoding', encoding.name);
  response.sendFile(path + (encoding?.suffix ?? ''), { root: folder, cacheControl: false });
}

/** A path inside of the folder, or undefined for one that leads out of it or is hidden. */
function safePath(requested: string): string | undefined {
  try {
    const path = normalize(decodeURIComponent(requested));
    return path.includes('\0') || path.split('/').some((part) => part.startsWith('.'))
      ? undefined
      : path;
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
