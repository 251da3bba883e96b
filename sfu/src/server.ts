import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.js';
import { SfuError } from './errors.js';
import { createApp } from './http/app.js';
import type { Certificate } from './http/certificate.js';
import type { Logger } from './logger.js';
import { WorkerPool } from './media/WorkerPool.js';
import { Metrics } from './metrics/Metrics.js';
import { metricsSource } from './metricsSource.js';
import { RoomRegistry } from './room/RoomRegistry.js';
import { SignalingServer } from './signaling/SignalingServer.js';

/** A running server. */
export interface InnCallServer {
  /** Address to open in a browser. */
  readonly url: string;
  /** Says goodbye to clients and ends rooms, workers and the web server. */
  close(): Promise<void>;
}

/**
 * Starts media workers, web server and signalling.
 * @throws SfuError `address-in-use`, `bad-option` (host), `worker-missing`
 */
export async function startServer(config: Config, logger: Logger): Promise<InnCallServer> {
  const metrics = new Metrics();
  const pool = await WorkerPool.create({
    count: config.workers,
    address: {
      host: config.host,
      announcedAddress: config.announcedAddress,
      port: config.mediaPort,
    },
    logger,
  });
  const { maxPeers, reconnectGraceMs } = config;
  const registry = new RoomRegistry({
    maxPeers,
    reconnectGraceMs,
    createRouter: () => pool.createRouter(),
    metrics,
    logger,
  });
  metrics.observe(metricsSource(registry, pool));
  const app = createApp({
    clientDir: config.clientDir,
    metrics,
    logger,
    health: () => {
      const { workers } = pool.load;
      const { rooms } = registry;
      return {
        status: workers === config.workers ? 'ok' : 'degraded',
        workers,
        rooms: rooms.length,
        peers: rooms.reduce((sum, { peers }) => sum + peers.size, 0),
      };
    },
  });
  try {
    const web = config.https
      ? createHttpsServer(await certificate(config), app)
      : createHttpServer(app);
    const routerRtpCapabilities = await pool.routerRtpCapabilities();
    await listen(web, config);
    const context = {
      registry,
      createRouter: () => pool.createRouter(),
      routerRtpCapabilities,
      maxPeers,
      reconnectGraceMs,
      metrics,
    };
    const signaling = new SignalingServer(web, context, logger);
    const url = addressOf(web, config);
    logger.info({ url }, 'server ready');
    return {
      url,
      close: async () => {
        registry.close();
        await signaling.close();
        pool.close();
        logger.info('server closed');
      },
    };
  } catch (error) {
    pool.close();
    throw error;
  }
}

async function certificate({ host, announcedAddress }: Config): Promise<Certificate> {
  // Loaded only here, as the certificate tools take a quarter of a second.
  const { cacheFolder, selfSignedCertificate } = await import('./http/certificate.js');
  const names = [host, announcedAddress].filter(
    (name): name is string => name !== undefined && name !== '0.0.0.0' && name !== '::',
  );
  return selfSignedCertificate(cacheFolder(), names);
}

function listen(web: HttpServer | HttpsServer, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    web.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new SfuError(
              'address-in-use',
              `port ${String(port)} on ${host} is in use, choose another one with --port`,
              { cause },
            )
          : new SfuError(
              'bad-option',
              `cannot listen on ${host}:${String(port)}: ${cause.message}`,
              {
                cause,
              },
            ),
      );
    });
    web.listen(port, host, resolve);
  });
}

function addressOf(
  web: HttpServer | HttpsServer,
  { host, https, announcedAddress }: Config,
): string {
  const { port } = web.address() as AddressInfo;
  const any = host === '0.0.0.0' || host === '::';
  const name = announcedAddress ?? (any || host === '127.0.0.1' ? 'localhost' : host);
  const shown = isIPv6(name) ? `[${name}]` : name;
  return `${https ? 'https' : 'http'}://${shown}:${String(port)}/`;
}
