/**
 * The sender's side, in the order in which a frame passes:
 *
 *     camera track → MediaStreamTrackProcessor → encode worker (INN)
 *       → carrier track → browser's VP8 encoder → sender transform (packet put
 *       behind the carrier's bytes) → SFU
 */
import type { LayerOffer } from '@inncall/sfu/protocol';
import type { types } from 'mediasoup-client';
import type { EncodeSettings, EncodeStats } from './codec-worker/messages.js';
import type { EncodeWorkerClient } from './codec-worker/encodeWorkerClient.js';
import { attachTransform, type TransformApi } from './transport/encodedTransform.js';
import type { MediaTransports } from './transport/mediaTransports.js';

/** Frames that wait while the worker is busy; what is too old is dropped in its mailbox. */
const SOURCE_BUFFER = 8;
/** The browser probes up to this multiple of what the encoder may use. */
const BITRATE_HEADROOM = 1.3;

/** One published video: INN in a carrier, or ordinary VP8. */
export interface VideoSender {
  readonly codec: 'inn' | 'vp8';
  readonly producer: types.Producer;
  /** Sends another camera's or screen's picture from now on. */
  setTrack(track: MediaStreamTrack): Promise<void>;
  setPaused(paused: boolean): void;
  /** bit/s of the coded video, in force with the next frame. */
  setMaxBitrate(maxBitrate: number): void;
  close(): void;
}

export interface VideoSenderOptions {
  readonly transports: MediaTransports;
  readonly source: 'camera' | 'screen';
  readonly track: MediaStreamTrack;
  readonly settings: EncodeSettings;
  readonly paused: boolean;
}

export interface InnSenderOptions extends VideoSenderOptions {
  readonly encoder: EncodeWorkerClient;
  readonly api: TransformApi;
  readonly layer: LayerOffer;
}

/** What the server asks of a layer; null: no receiver stands in its way. */
export interface LayerWish {
  readonly maxBitrate: number | null;
}

/** Publishes one layer of a track as INN. The worker belongs to the sender from now on. */
export class InnSender implements VideoSender {
  readonly codec = 'inn';
  readonly layer: number;
  readonly producer: types.Producer;
  readonly encoder: EncodeWorkerClient;
  readonly #carrierTrack: MediaStreamTrack;
  #settings: EncodeSettings;
  #stats: EncodeStats | undefined;
  #paused: boolean;
  #wish: LayerWish | undefined;
  #posted: boolean | undefined;

  private constructor(
    { layer, settings, paused }: InnSenderOptions,
    producer: types.Producer,
    encoder: EncodeWorkerClient,
    carrierTrack: MediaStreamTrack,
  ) {
    this.layer = layer.layer;
    this.#settings = settings;
    this.#paused = paused;
    this.producer = producer;
    this.encoder = encoder;
    this.#carrierTrack = carrierTrack;
    encoder.on('stats', (stats) => {
      this.#stats = stats;
    });
  }

  static async create(options: InnSenderOptions): Promise<InnSender> {
    const { transports, source, track, settings, paused, encoder, api } = options;
    const { layer, width, height } = options.layer;
    const carrierTrack = new MediaStreamTrackGenerator({ kind: 'video' });
    await encoder.open(carrierTrack.writable, settings);
    const producer = await transports.produce({
      track: carrierTrack,
      appData: { source, codec: 'inn', width, height, layer },
      paused,
      maxBitrate: settings.maxBitrate * BITRATE_HEADROOM,
      onRtpSender: (sender) =>
        attachTransform(api, sender, encoder.worker, { side: 'sender' }, (streams) =>
          encoder.attachStreams(streams),
        ),
    });
    const sender = new InnSender(options, producer, encoder, carrierTrack);
    sender.setPaused(paused);
    await sender.setTrack(track);
    return sender;
  }

  get stats(): EncodeStats | undefined {
    return this.#stats;
  }

  setTrack(track: MediaStreamTrack): Promise<void> {
    const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: SOURCE_BUFFER });
    this.encoder.setSource(processor.readable);
    return Promise.resolve();
  }

  /** Somebody receives this layer. */
  get wanted(): boolean {
    return this.#wish !== undefined;
  }

  /** bit/s that this layer may take at present. */
  get most(): number {
    return Math.min(this.#settings.maxBitrate, this.#wish?.maxBitrate ?? Infinity);
  }

  /** @param wish undefined: nobody receives this layer, so it is not coded. */
  setWish(wish: LayerWish | undefined): void {
    const before = this.most;
    this.#wish = wish;
    if (this.most !== before) this.#applyBitrate();
    this.#applyPause();
  }

  setMaxBitrate(maxBitrate: number): void {
    this.#settings = { ...this.#settings, maxBitrate };
    this.#applyBitrate();
    boundBitrate(this.producer, maxBitrate * BITRATE_HEADROOM);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#applyPause();
    setProducerPaused(this.producer, paused);
  }

  #applyBitrate(): void {
    this.encoder.setSettings({ ...this.#settings, maxBitrate: Math.max(1, this.most) });
  }

  #applyPause(): void {
    const pause = this.#paused || !this.wanted;
    if (pause !== this.#posted) this.encoder.setPaused(pause);
    this.#posted = pause;
  }

  close(): void {
    this.producer.close();
    this.encoder.close();
    this.#carrierTrack.stop();
  }
}

/** VP8 is coded in one size. */
export const VP8_LAYER = 0;

/** Publishes a track as ordinary VP8, for peers or browsers that cannot do INN. */
export class Vp8Sender implements VideoSender {
  readonly codec = 'vp8';
  readonly producer: types.Producer;
  readonly #options: VideoSenderOptions;
  #track: MediaStreamTrack;
  #maxBitrate: number;
  #wish: LayerWish | undefined;

  private constructor(options: VideoSenderOptions, producer: types.Producer) {
    this.#options = options;
    this.#track = options.track;
    this.#maxBitrate = options.settings.maxBitrate;
    this.producer = producer;
  }

  static async create(options: VideoSenderOptions): Promise<Vp8Sender> {
    const { transports, source, track, settings, paused } = options;
    const { maxBitrate } = settings;
    await offerVp8(options, track, maxBitrate);
    const producer = await transports.produce({
      track,
      appData: { source, codec: 'vp8', ...pictureSize(track) },
      paused,
      maxBitrate,
    });
    const sender = new Vp8Sender(options, producer);
    sender.setPaused(paused);
    return sender;
  }

  async setTrack(track: MediaStreamTrack): Promise<void> {
    this.#track = track;
    await this.producer.replaceTrack({ track });
    await offerVp8(this.#options, track, this.#maxBitrate);
  }

  setMaxBitrate(maxBitrate: number): void {
    this.#maxBitrate = maxBitrate;
    this.#applyBitrate();
    // A connection that breaks now is made anew, and the offer with it.
    offerVp8(this.#options, this.#track, maxBitrate).catch(() => undefined);
  }

  /** Somebody receives it. */
  get wanted(): boolean {
    return this.#wish !== undefined;
  }

  /**
   * @param wish undefined: nobody receives it. It is coded all the same: an encoder that rests leaves the browser's
   *   estimate of the link at its start.
   */
  setWish(wish: LayerWish | undefined): void {
    this.#wish = wish;
    this.#applyBitrate();
  }

  setPaused(paused: boolean): void {
    setProducerPaused(this.producer, paused);
  }

  close(): void {
    this.producer.close();
  }

  #applyBitrate(): void {
    const most = Math.min(this.#maxBitrate, this.#wish?.maxBitrate ?? Infinity);
    boundBitrate(this.producer, Math.max(1, most));
  }
}

function offerVp8(
  { transports, source }: VideoSenderOptions,
  track: MediaStreamTrack,
  maxBitrate: number,
): Promise<void> {
  const layers = [{ layer: VP8_LAYER, ...pictureSize(track), maxBitrate }];
  return transports.offerLayers({ source, codec: 'vp8', layers, stopped: false });
}

function setProducerPaused(producer: types.Producer, paused: boolean): void {
  if (paused) producer.pause();
  else producer.resume();
}

function boundBitrate(producer: types.Producer, maxBitrate: number): void {
  // A producer that closes meanwhile needs no bound.
  producer.setRtpEncodingParameters({ maxBitrate }).catch(() => undefined);
}

/** Of the pictures that the track delivers, pixels. */
export function pictureSize(track: MediaStreamTrack): { width: number; height: number } {
  const { width = 640, height = 360 } = track.getSettings();
  return { width, height };
}
