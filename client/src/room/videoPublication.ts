import type { VideoCodec } from '@inncall/sfu/protocol';
import type { CodecWorkers } from '../codec-worker/codecWorkers.js';
import type { EncodeSettings } from '../codec-worker/messages.js';
import { ClientError } from '../errors.js';
import { VP8_LAYER, Vp8Sender, type InnSender, type VideoSenderOptions } from '../sendPipeline.js';
import type { TransformApi } from '../transport/encodedTransform.js';
import type { MediaTransports } from '../transport/mediaTransports.js';
import { WorkQueue } from '../workQueue.js';
import { LayeredSender, type LayerWishes } from './layeredSender.js';

export interface VideoPublicationOptions {
  readonly source: 'camera' | 'screen';
  readonly codec: CodecWorkers;
  readonly settings: EncodeSettings;
  /** `undefined`: this browser sends VP8 only. */
  readonly api: TransformApi | undefined;
  readonly clockOffset: () => number;
  /** Most INN layers that are offered, 1…3. */
  readonly maxLayers: number;
  /** Offer them all, however slow this device is. */
  readonly regardless: boolean;
}

/**
 * One local video in the room: as INN where this browser can, and as VP8 where
 * it cannot or somebody in the room can show nothing else.
 */
export class VideoPublication {
  readonly source: 'camera' | 'screen';
  readonly #options: VideoPublicationOptions;
  readonly #work = new WorkQueue();
  #settings: EncodeSettings;
  #transports: MediaTransports | undefined;
  #track: MediaStreamTrack | undefined;
  #vp8Wanted = false;
  readonly #wishes: Record<VideoCodec, LayerWishes> = { inn: new Map(), vp8: new Map() };
  #inn: LayeredSender | undefined;
  #vp8: Vp8Sender | undefined;
  #innFailure: ClientError | undefined;

  constructor(options: VideoPublicationOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.source = options.source;
  }

  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  get inn(): LayeredSender | undefined {
    return this.#inn;
  }

  /** The INN layers that were ever wanted, the sharpest first. */
  get layers(): readonly InnSender[] {
    return this.#inn?.senders ?? [];
  }

  /** Why this video is not sent as INN although the browser could. */
  get innFailure(): ClientError | undefined {
    return this.#innFailure;
  }

  get vp8(): Vp8Sender | undefined {
    return this.#vp8;
  }

  /** Publishes on these transports; earlier ones are taken for gone. */
  setTransports(transports: MediaTransports | undefined): Promise<void> {
    return this.#work.run(async () => {
      this.#closeSenders();
      this.#transports = transports;
      await this.#update();
    });
  }

  /** Shows another track, or nothing: the source stays published, but paused. */
  setTrack(track: MediaStreamTrack | undefined): Promise<void> {
    return this.#work.run(async () => {
      this.#track?.stop();
      this.#track = track;
      for (const sender of this.#senders()) {
        if (track !== undefined) await sender.setTrack(track);
        sender.setPaused(track === undefined);
      }
      await this.#update();
    });
  }

  /** In force with the next frame. */
  setSettings(settings: EncodeSettings): void {
    this.#settings = settings;
    this.#inn?.setSettings(settings);
    this.#vp8?.setMaxBitrate(settings.maxBitrate);
  }

  /** Codes these layers in this codec and no others. */
  setWishes(codec: VideoCodec, wishes: LayerWishes): void {
    this.#wishes[codec] = wishes;
    if (codec === 'inn') this.#inn?.setWishes(wishes);
    else this.#vp8?.setWish(wishes.get(VP8_LAYER));
  }

  setVp8Wanted(wanted: boolean): Promise<void> {
    return this.#work.run(async () => {
      this.#vp8Wanted = wanted;
      await this.#update();
    });
  }

  close(): Promise<void> {
    return this.#work.run(() => {
      this.#track?.stop();
      this.#track = undefined;
      this.#closeSenders();
      this.#transports = undefined;
      return Promise.resolve();
    });
  }

  async #update(): Promise<void> {
    const transports = this.#transports;
    const track = this.#track;
    if (transports === undefined || track === undefined) return;
    const common = {
      transports,
      source: this.source,
      track,
      settings: this.#settings,
      paused: false,
    };
    if (this.#inn === undefined) await this.#startInn(common);
    const wantsVp8 = this.#inn === undefined || this.#vp8Wanted;
    if (wantsVp8 && this.#vp8 === undefined) {
      this.#vp8 = await Vp8Sender.create(common);
      this.#vp8.setWish(this.#wishes.vp8.get(VP8_LAYER));
    } else if (!wantsVp8) {
      this.#vp8?.close();
      this.#vp8 = undefined;
    }
  }

  async #startInn(common: VideoSenderOptions): Promise<void> {
    const { api, codec, clockOffset, maxLayers, regardless } = this.#options;
    if (api === undefined || this.#innFailure !== undefined) return;
    try {
      this.#inn = await LayeredSender.create({
        ...common,
        ...{ codec, api, clockOffset, maxLayers, regardless },
        wishes: this.#wishes.inn,
        onFailed: (error) => {
          void this.#work.run(() => this.#fallBack(error));
        },
      });
      // What was asked for meanwhile.
      this.#inn.setWishes(this.#wishes.inn);
    } catch (cause) {
      this.#innFailure = ClientError.from(cause, 'codec-failed', 'The encoder could not start.');
    }
  }

  async #fallBack(error: ClientError): Promise<void> {
    this.#innFailure = error;
    this.#inn?.close();
    this.#inn = undefined;
    await this.#update();
  }

  #senders(): (LayeredSender | Vp8Sender)[] {
    return [this.#inn, this.#vp8].filter((sender) => sender !== undefined);
  }

  #closeSenders(): void {
    for (const sender of this.#senders()) sender.close();
    this.#inn = undefined;
    this.#vp8 = undefined;
  }
}
