import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics/Metrics.js';
import { serveClient } from './staticClient.js';

export interface AppOptions {
  readonly clientDir: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** State for `/healthz`. */
  readonly health: () => Health;
}

export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly workers: number;
  readonly rooms: number;
  readonly peers: number;
}

/** `/healthz`, `/metrics` and the client, isolated so that wasm threads and exact clocks work. */
export function createApp({ clientDir, metrics, logger, health }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    next();
  });
  app.get('/healthz', (_request, response) => {
    const state = health();
    response.status(state.status === 'ok' ? 200 : 503).json(state);
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await metrics.expose();
    response.type(contentType).send(text);
  });
  app.use(serveClient(clientDir));
  app.use((_request, response) => {
    response.status(404).type('text').send('Not found. Is the client built? Run "npm start".\n');
  });
  const onError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    logger.error({ err: error }, 'web request failed');
    if (!response.headersSent) response.status(500);
    response.end();
  };
  app.use(onError);
  return app;
}
