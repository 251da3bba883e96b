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

/** What a video element shows of one INN source, whichever of its layers comes. */
export class InnTrack {
  readonly stream: MediaStream;
  readonly #track = new MediaStreamTrackGenerator({ kind: 'video' });
  #output: WritableStream<VideoFrame> | undefined;

  constructor() {
    this.#output = this.#track.writable;
    this.stream = new MediaStream([this.#track]);
  }

  get id(): string {
    return this.#track.id;
  }

  /** Where its pictures are written; the first layer takes it along. */
  takeOutput(): WritableStream<VideoFrame> | undefined {
    const output = this.#output;
    this.#output = undefined;
    return output;
  }

  close(): void {
    this.#track.stop();
  }
}

/** Receives one layer of an INN video. */
export class InnReceiver implements MediaReceiver {
  readonly offer: NewConsumer;
  readonly consumer: types.Consumer;
  readonly stream: MediaStream;
  readonly decoder: DecodeHandle;

  private constructor(
    offer: NewConsumer,
    consumer: types.Consumer,
    decoder: DecodeHandle,
    stream: MediaStream,
  ) {
    this.offer = offer;
    this.consumer = consumer;
    this.decoder = decoder;
    this.stream = stream;
  }

  static async create(
    offer: NewConsumer,
    transports: MediaTransports,
    decoders: DecodeWorkerPool,
    api: TransformApi,
    track: InnTrack,
  ): Promise<InnReceiver> {
    const decoder = await decoders.open(offer.consumerId, {
      trackId: track.id,
      output: track.takeOutput(),
    });
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
      return new InnReceiver(offer, consumer, decoder, track.stream);
    } catch (cause) {
      decoder.close();
      throw cause;
    }
  }

  close(): void {
    this.consumer.close();
    this.decoder.close();
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
