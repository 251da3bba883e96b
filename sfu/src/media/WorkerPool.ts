import { createWorker } from 'mediasoup';
import type {
  Router,
  RtpCapabilities,
  WebRtcServer,
  Worker,
  WorkerResourceUsage,
} from 'mediasoup/types';
import { SfuError } from '../errors.js';
import type { Logger } from '../logger.js';
import { mediaCodecs } from './codecs.js';
import { listenInfos, type MediaAddress } from './listenInfos.js';

/** A router and the listening sockets of the worker it lives in. */
export interface MediaRouter {
  readonly router: Router;
  readonly webRtcServer: WebRtcServer;
}

interface PooledWorker {
  readonly worker: Worker;
  readonly webRtcServer: WebRtcServer;
  routers: number;
}

export interface WorkerPoolOptions {
  readonly count: number;
  readonly address: MediaAddress;
  readonly logger: Logger;
}

const RESTART_DELAY_MS = 1000;

/** The mediasoup workers of this server. A worker that dies is replaced; its routers are closed. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Map<number, PooledWorker>();
  #closed = false;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** @throws SfuError `worker-missing` when the worker binary cannot be run or cannot listen. */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(Array.from({ length: options.count }, (_, slot) => pool.#start(slot)));
    } catch (cause) {
      pool.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SfuError(
        'worker-missing',
        `the mediasoup worker does not start on ${options.address.host} (${reason}): run it by "npm start", which gets the worker, and check --host and --media-port`,
        { cause },
      );
    }
    return pool;
  }

  /**
   * A router on the least loaded worker.
   * @throws SfuError `media-failed` while no worker runs.
   */
  async createRouter(): Promise<MediaRouter> {
    const [least] = [...this.#workers.values()].sort((a, b) => a.routers - b.routers);
    if (least === undefined) {
      throw new SfuError('media-failed', 'no media worker is running, try again in a moment');
    }
    least.routers += 1;
    try {
      const router = await least.worker.createRouter({ mediaCodecs });
      router.observer.on('close', () => (least.routers -= 1));
      return { router, webRtcServer: least.webRtcServer };
    } catch (cause) {
      least.routers -= 1;
      throw new SfuError('media-failed', 'the media worker failed, try again in a moment', {
        cause,
      });
    }
  }

  /** What every router of this server can do. */
  async routerRtpCapabilities(): Promise<RtpCapabilities> {
    const { router } = await this.createRouter();
    router.close();
    return router.rtpCapabilities;
  }

  /** CPU time and memory of each worker, by process id. */
  resourceUsage(): Promise<{ pid: number; usage: WorkerResourceUsage }[]> {
    return Promise.all(
      [...this.#workers.values()].map(async ({ worker }) => ({
        pid: worker.pid,
        usage: await worker.getResourceUsage(),
      })),
    );
  }

  /** Number of running workers and of routers on them. */
  get load(): { workers: number; routers: number } {
    const workers = [...this.#workers.values()];
    return {
      workers: workers.length,
      routers: workers.reduce((sum, { routers }) => sum + routers, 0),
    };
  }

  /** Ends every worker with all that lives in it. */
  close(): void {
    this.#closed = true;
    for (const { worker } of this.#workers.values()) worker.close();
    this.#workers.clear();
  }

  async #start(slot: number): Promise<void> {
    const { address, logger } = this.#options;
    const worker = await createWorker({ logLevel: 'warn' });
    worker.on('died', (error) => {
      logger.error({ err: error, pid: worker.pid }, 'media worker died');
      this.#workers.delete(slot);
      this.#restart(slot);
    });
    try {
      const port = address.port === 0 ? 0 : address.port + slot;
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: listenInfos({ ...address, port }),
      });
      if (this.#closed) {
        worker.close();
        return;
      }
      this.#workers.set(slot, { worker, webRtcServer, routers: 0 });
      logger.info({ pid: worker.pid, slot }, 'media worker started');
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  #restart(slot: number): void {
    if (this.#closed) return;
    this.#start(slot).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'media worker does not start again');
      setTimeout(() => {
        this.#restart(slot);
      }, RESTART_DELAY_MS).unref();
    });
  }
}
