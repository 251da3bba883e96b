import type { FeedbackReport, NewConsumer, PauseReason } from '@inncall/sfu/protocol';
import type { DecodeWorkerPool } from '../codec-worker/decodeWorkerPool.js';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import { InnReceiver, PlainReceiver } from '../receivePipeline.js';
import type { TransformApi } from '../transport/encodedTransform.js';
import type { MediaTransports } from '../transport/mediaTransports.js';
import { ReceivedAudio } from './receivedAudio.js';
import { ReceivedVideo } from './receivedVideo.js';

interface RemoteMediaEvents {
  changed: undefined;
  /** Consumer id. */
  keyFrameNeeded: string;
  feedback: { readonly consumerId: string; readonly report: FeedbackReport };
}

export interface RemoteMediaOptions {
  readonly decoders: DecodeWorkerPool;
  readonly api: TransformApi | undefined;
  readonly clockOffset: () => number;
  /** Read time codes off shown pictures. */
  readonly timeCode: boolean;
}

/** Everything that this client receives, by consumer. */
export class RemoteMedia extends Emitter<RemoteMediaEvents> {
  readonly #options: RemoteMediaOptions;
  readonly #videos = new Map<string, ReceivedVideo>();
  readonly #audios = new Map<string, ReceivedAudio>();
  readonly #paused = new Map<string, PauseReason>();
  /** Consumers that the server closed while they were being set up. */
  readonly #closedEarly = new Set<string>();
  #speakerId: string | undefined;

  constructor(options: RemoteMediaOptions) {
    super();
    this.#options = options;
  }

  get videos(): ReadonlyMap<string, ReceivedVideo> {
    return this.#videos;
  }

  get audios(): ReadonlyMap<string, ReceivedAudio> {
    return this.#audios;
  }

  pauseReason(consumerId: string): PauseReason | undefined {
    return this.#paused.get(consumerId);
  }

  /** Sets up a stream that the server offers; afterwards the server may let it flow. */
  async accept(offer: NewConsumer, transports: MediaTransports): Promise<void> {
    const { consumerId, kind, appData } = offer;
    if (offer.producerPaused) this.#paused.set(consumerId, 'producer');
    if (kind === 'audio') {
      const receiver = await PlainReceiver.create(offer, transports);
      this.#audios.set(consumerId, new ReceivedAudio(receiver, this.#speakerId));
    } else {
      const receiver =
        appData.codec === 'inn'
          ? await this.#acceptInn(offer, transports)
          : await PlainReceiver.create(offer, transports);
      this.#videos.set(consumerId, new ReceivedVideo(receiver, this.#options));
    }
    if (this.#closedEarly.delete(consumerId)) this.close(consumerId);
    this.emit('changed', undefined);
  }

  setPaused(consumerId: string, reason: PauseReason | undefined): void {
    if (reason === undefined) this.#paused.delete(consumerId);
    else this.#paused.set(consumerId, reason);
    this.emit('changed', undefined);
  }

  /** Brings each microphone in step with its camera; VP8 the browser keeps in step itself. */
  alignAudio(): void {
    for (const audio of this.#audios.values()) {
      const { peerId } = audio.receiver.offer;
      const camera = [...this.#videos.values()].find(
        ({ receiver: { offer } }) => offer.peerId === peerId && offer.appData.source === 'camera',
      );
      const { captureToDisplay, network } = camera?.stages ?? {};
      if (captureToDisplay === undefined || network === undefined) continue;
      // A consumer that closes under the reader is no error.
      audio.align(captureToDisplay.p50, network.p50).catch(() => undefined);
    }
  }

  setSpeaker(deviceId: string): void {
    this.#speakerId = deviceId;
    for (const audio of this.#audios.values()) audio.setSpeaker(deviceId);
  }

  close(consumerId: string): void {
    const received = this.#videos.get(consumerId) ?? this.#audios.get(consumerId);
    if (received === undefined) this.#closedEarly.add(consumerId);
    received?.close();
    this.#videos.delete(consumerId);
    this.#audios.delete(consumerId);
    this.#paused.delete(consumerId);
    this.emit('changed', undefined);
  }

  /** Closes everything that is not in `kept`. */
  closeAllExcept(kept: readonly string[]): void {
    for (const consumerId of [...this.#videos.keys(), ...this.#audios.keys()]) {
      if (!kept.includes(consumerId)) this.close(consumerId);
    }
  }

  async #acceptInn(offer: NewConsumer, transports: MediaTransports): Promise<InnReceiver> {
    const { decoders, api } = this.#options;
    if (api === undefined) {
      throw new ClientError('unsupported-browser', 'This browser cannot show INN video.');
    }
    const receiver = await InnReceiver.create(offer, transports, decoders, api);
    const { consumerId } = offer;
    receiver.decoder.on('keyFrameNeeded', () => this.emit('keyFrameNeeded', consumerId));
    receiver.decoder.on('feedback', (report) => this.emit('feedback', { consumerId, report }));
    return receiver;
  }
}
