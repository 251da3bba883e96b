import type { WebRtcTransport } from 'mediasoup/types';
import type { DtlsParameters } from '../protocol/index.js';
import { refused } from './refused.js';
import { createCheckTransport } from './transports.js';
import type { MediaRouter } from './WorkerPool.js';

/** A check that nobody ended is over after this, ms. */
const LIFETIME = 20_000;

/** A media path of a client that is not in a room yet: it shows whether ICE and DTLS get through. */
export class PathCheck {
  readonly transport: WebRtcTransport;
  readonly #media: MediaRouter;
  readonly #timer: NodeJS.Timeout;

  private constructor(media: MediaRouter, transport: WebRtcTransport) {
    this.#media = media;
    this.transport = transport;
    this.#timer = setTimeout(() => {
      this.close();
    }, LIFETIME).unref();
  }

  /**
   * @param media a router of its own, closed with the check
   * @throws SfuError `media-failed`
   */
  static async open(
    media: MediaRouter,
    protocol: 'udp' | 'tcp',
    dtlsParameters: DtlsParameters,
  ): Promise<PathCheck> {
    try {
      const transport = await refused('checkPath', async () => {
        const created = await createCheckTransport(media, protocol);
        await created.connect({ dtlsParameters });
        return created;
      });
      return new PathCheck(media, transport);
    } catch (error) {
      media.router.close();
      throw error;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#media.router.close();
  }
}
