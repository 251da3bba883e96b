/**
 * The receiver's side, in the order in which a frame passes:
 *
 *     SFU → receiver transform (packet taken out, carrier's bytes restored)
 *       → decode worker (order, INN inverse) → MediaStreamTrackGenerator
 *       → video element
 */
import type { NewConsumer } from '@inncall/sfu/protocol';
import type { types } from 'mediasoup-client';
import type { DecodeHandle, DecodeWorkerPool } from './codec-worker/decodeWorkerPool.js';
import { attachTransform, type TransformApi } from './transport/encodedTransform.js';
import type { MediaTransports } from './transport/mediaTransports.js';

/** One received stream, ready to be shown or played. */
export interface MediaReceiver {
  readonly offer: NewConsumer;
  readonly consumer: types.Consumer;
  readonly stream: MediaStream;
  close(): void;
}

/** Receives an INN video. */
export class InnReceiver implements MediaReceiver {
  readonly offer: NewConsumer;
  readonly consumer: types.Consumer;
  readonly stream: MediaStream;
  readonly decoder: DecodeHandle;
  readonly #shownTrack: MediaStreamTrack;

  private constructor(
    offer: NewConsumer,
    consumer: types.Consumer,
    decoder: DecodeHandle,
    shownTrack: MediaStreamTrack,
  ) {
    this.offer = offer;
    this.consumer = consumer;
    this.decoder = decoder;
    this.#shownTrack = shownTrack;
    this.stream = new MediaStream([shownTrack]);
  }

  static async create(
    offer: NewConsumer,
    transports: MediaTransports,
    decoders: DecodeWorkerPool,
    api: TransformApi,
  ): Promise<InnReceiver> {
    const shownTrack = new MediaStreamTrackGenerator({ kind: 'video' });
    const decoder = await decoders.open(offer.consumerId, shownTrack.writable);
    try {
      const consumer = await transports.consume(offer, (receiver) =>
        attachTransform(
          api,
          receiver,
          decoder.worker,
          { side: 'receiver', consumerId: offer.consumerId },
          (streams) => decoder.attachStreams(streams),
        ),
      );
      return new InnReceiver(offer, consumer, decoder, shownTrack);
    } catch (cause) {
      decoder.close();
      throw cause;
    }
  }

  close(): void {
    this.consumer.close();
    this.decoder.close();
    this.#shownTrack.stop();
  }
}

/** Receives what the browser decodes itself: Opus, or VP8 of a peer without INN. */
export class PlainReceiver implements MediaReceiver {
  readonly offer: NewConsumer;
  readonly consumer: types.Consumer;
  readonly stream: MediaStream;

  private constructor(offer: NewConsumer, consumer: types.Consumer) {
    this.offer = offer;
    this.consumer = consumer;
    this.stream = new MediaStream([consumer.track]);
  }

  static async create(offer: NewConsumer, transports: MediaTransports): Promise<PlainReceiver> {
    return new PlainReceiver(offer, await transports.consume(offer));
  }

  close(): void {
    this.consumer.close();
  }
}
