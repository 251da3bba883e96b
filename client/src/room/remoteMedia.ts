import type { FeedbackReport, NewConsumer, PauseReason } from '@inncall/sfu/protocol';
import type { DecodeWorkerPool } from '../codec-worker/decodeWorkerPool.js';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import { InnReceiver, InnTrack, PlainReceiver, type MediaReceiver } from '../receivePipeline.js';
import type { TransformApi } from '../transport/encodedTransform.js';
import type { MediaTransports } from '../transport/mediaTransports.js';
import { ReceivedAudio } from './receivedAudio.js';
import { ReceivedVideo } from './receivedVideo.js';

interface RemoteMediaEvents {
  changed: undefined;
  /** Consumer id. */
  keyFrameNeeded: string;
  feedback: { readonly consumerId: string; readonly report: FeedbackReport };
  /** Consumer id of a layer: its first picture since it began to flow is shown. */
  layerShown: string;
}

export interface RemoteMediaOptions {
  readonly decoders: DecodeWorkerPool;
  readonly api: TransformApi | undefined;
  readonly clockOffset: () => number;
  /** Read time codes off shown pictures. */
  readonly timeCode: boolean;
}

/** Everything that this client receives: sounds by consumer, videos by the consumer they began with. */
export class RemoteMedia extends Emitter<RemoteMediaEvents> {
  readonly #options: RemoteMediaOptions;
  readonly #videos = new Map<string, ReceivedVideo>();
  readonly #audios = new Map<string, ReceivedAudio>();
  readonly #paused = new Map<string, PauseReason>();
  /** What is shown of each INN source; made with its first layer. */
  readonly #tracks = new Map<string, InnTrack>();
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

  /** Why a video stands still; `undefined` while one of its layers flows. */
  pauseReason(videoId: string): PauseReason | undefined {
    const layers = this.#videos.get(videoId)?.consumerIds ?? [];
    const reasons = layers.map((consumerId) => this.#paused.get(consumerId));
    if (reasons.includes(undefined)) return undefined;
    return reasons.find((reason) => reason !== 'layer') ?? reasons[0];
  }

  /** Sets up a stream that the server offers; afterwards the server may let it flow. */
  async accept(offer: NewConsumer, transports: MediaTransports): Promise<void> {
    const { consumerId, kind, appData } = offer;
    if (offer.producerPaused) this.#paused.set(consumerId, 'producer');
    if (kind === 'audio') {
      const receiver = await PlainReceiver.create(offer, transports);
      this.#audios.set(consumerId, new ReceivedAudio(receiver, this.#speakerId));
    } else if (appData.codec === 'inn') {
      await this.#acceptInn(offer, transports);
    } else {
      const receiver = await PlainReceiver.create(offer, transports);
      this.#videos.set(consumerId, this.#watched(receiver));
    }
    if (this.#closedEarly.delete(consumerId)) this.close(consumerId);
    this.emit('changed', undefined);
  }

  setPaused(consumerId: string, reason: PauseReason | undefined): void {
    if (reason === undefined) this.#paused.delete(consumerId);
    else this.#paused.set(consumerId, reason);
    this.#videoOf(consumerId)?.setFlowing(consumerId, reason === undefined);
    this.emit('changed', undefined);
  }

  /** Brings each microphone in step with its camera. */
  alignAudio(): void {
    for (const audio of this.#audios.values()) {
      const { peerId } = audio.receiver.offer;
      const cameras = [...this.#videos.values()].filter(
        ({ receiver: { offer } }) => offer.peerId === peerId && offer.appData.source === 'camera',
      );
      const isInn = ({ receiver }: ReceivedVideo) => receiver instanceof InnReceiver;
      const camera = cameras.findLast(isInn) ?? cameras.at(-1);
      // A consumer that closes under the reader is no error.
      if (camera !== undefined) audio.align(camera).catch(() => undefined);
    }
  }

  setSpeaker(deviceId: string): void {
    this.#speakerId = deviceId;
    for (const audio of this.#audios.values()) audio.setSpeaker(deviceId);
  }

  close(consumerId: string): void {
    const video = this.#videoOf(consumerId);
    const audio = this.#audios.get(consumerId);
    if (video === undefined && audio === undefined) this.#closedEarly.add(consumerId);
    audio?.close();
    this.#audios.delete(consumerId);
    if (video?.removeLayer(consumerId) === false) {
      video.close();
      this.#videos.delete(video.id);
      this.#tracks.delete(sourceOf(video.receiver.offer));
    }
    this.#paused.delete(consumerId);
    this.emit('changed', undefined);
  }

  /** Closes everything that is not in `kept`. */
  closeAllExcept(kept: readonly string[]): void {
    const videos = [...this.#videos.values()].flatMap((video) => video.consumerIds);
    for (const consumerId of [...videos, ...this.#audios.keys()]) {
      if (!kept.includes(consumerId)) this.close(consumerId);
    }
  }

  #videoOf(consumerId: string): ReceivedVideo | undefined {
    return [...this.#videos.values()].find(({ consumerIds }) => consumerIds.includes(consumerId));
  }

  #watched(receiver: MediaReceiver, track?: InnTrack): ReceivedVideo {
    const onExactChanged = () => this.emit('changed', undefined);
    return new ReceivedVideo(receiver, { ...this.#options, onExactChanged }, track);
  }

  async #acceptInn(offer: NewConsumer, transports: MediaTransports): Promise<void> {
    const { decoders, api } = this.#options;
    if (api === undefined) {
      throw new ClientError('unsupported-browser', 'This browser cannot show INN video.');
    }
    const source = sourceOf(offer);
    const track = this.#tracks.get(source) ?? new InnTrack();
    this.#tracks.set(source, track);
    const receiver = await InnReceiver.create(offer, transports, decoders, api, track);
    const { consumerId } = offer;
    receiver.decoder.on('keyFrameNeeded', () => this.emit('keyFrameNeeded', consumerId));
    receiver.decoder.on('feedback', (report) => this.emit('feedback', { consumerId, report }));
    receiver.decoder.on('shown', () => this.emit('layerShown', consumerId));
    const video = [...this.#videos.values()].find(
      ({ receiver: { stream } }) => stream === track.stream,
    );
    if (video === undefined) {
      this.#videos.set(consumerId, this.#watched(receiver, track));
    } else {
      video.addLayer(receiver);
    }
  }
}

/** The layers of a source belong together; without layers a new producer is a new video. */
function sourceOf({ peerId, appData, producerId }: NewConsumer): string {
  const layered = 'layer' in appData;
  return layered ? `${peerId}/${appData.source}` : producerId;
}
