import { LIMITS, type LayerOffer } from '@inncall/sfu/protocol';
import { shareAmongLayers } from '../adaptation/bitrateShares.js';
import { LayerBudget } from '../adaptation/layerBudget.js';
import type { CodecWorkers } from '../codec-worker/codecWorkers.js';
import type { EncodeSettings, EncodeStats, NetworkReading } from '../codec-worker/messages.js';
import { ClientError } from '../errors.js';
import {
  InnSender,
  pictureSize,
  type LayerWish,
  type VideoSenderOptions,
} from '../sendPipeline.js';
import type { TransformApi } from '../transport/encodedTransform.js';
import { WorkQueue } from '../workQueue.js';
import { FULL_LAYER, layersOf, rateShareOf, scaleOf } from './cameraLayers.js';

/** What the server asks for, by layer. */
export type LayerWishes = ReadonlyMap<number, LayerWish>;

export interface LayeredSenderOptions extends VideoSenderOptions {
  readonly codec: CodecWorkers;
  readonly api: TransformApi;
  readonly clockOffset: () => number;
  /** Most layers that are offered, 1…3. */
  readonly maxLayers: number;
  /** Offer them all, however slow this device is. */
  readonly regardless: boolean;
  readonly wishes: LayerWishes;
  /** The full layer cannot be coded. */
  readonly onFailed: (error: ClientError) => void;
}

/**
 * One source as INN in up to three sizes, each with an encoder of its own. The
 * server is told what could be coded; a layer is made when somebody first
 * receives it, and coded only while somebody does.
 */
export class LayeredSender {
  readonly #options: LayeredSenderOptions;
  readonly #work = new WorkQueue();
  readonly #senders = new Map<number, InnSender>();
  readonly #budget: LayerBudget;
  #track: MediaStreamTrack;
  #settings: EncodeSettings;
  #paused: boolean;
  #wishes: LayerWishes;
  #decodeMs = 0;
  #offered = '';
  #closed = false;

  private constructor(options: LayeredSenderOptions) {
    this.#options = options;
    this.#track = options.track;
    this.#settings = options.settings;
    this.#paused = options.paused;
    this.#wishes = options.wishes;
    this.#budget = new LayerBudget(navigator.hardwareConcurrency, options.maxLayers);
  }

  /** Offers the layers and publishes the full one. @throws ClientError */
  static async create(options: LayeredSenderOptions): Promise<LayeredSender> {
    const sender = new LayeredSender(options);
    await sender.#offer();
    await sender.#start(sender.#layers(LIMITS.layers)[0]);
    sender.#update();
    return sender;
  }

  /** The layers that were ever wanted, the sharpest first. */
  get senders(): readonly InnSender[] {
    return [...this.#senders.values()].sort((a, b) => b.layer - a.layer);
  }

  /** Numbers of the sharpest layer that is coded at present. */
  get stats(): EncodeStats | undefined {
    return (this.#wanted[0] ?? this.senders[0])?.stats;
  }

  /** The link carries only sound. */
  get stopped(): boolean {
    const wanted = this.#wanted;
    return wanted.length > 0 && wanted.every(({ stats }) => stats?.videoPaused === true);
  }

  async setTrack(track: MediaStreamTrack): Promise<void> {
    this.#track = track;
    for (const sender of this.senders) await sender.setTrack(track);
    await this.#offer();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    for (const sender of this.senders) sender.setPaused(paused);
  }

  setSettings(settings: EncodeSettings): void {
    this.#settings = settings;
    for (const { layer, maxBitrate } of this.#layers(LIMITS.layers)) {
      this.#senders.get(layer)?.setMaxBitrate(maxBitrate);
    }
    void this.#offer();
  }

  setWishes(wishes: LayerWishes): void {
    this.#wishes = wishes;
    this.#update();
  }

  setNetwork(reading: NetworkReading): void {
    const wanted = this.#wanted;
    const readings = shareAmongLayers(
      reading,
      wanted.map(({ layer, most }) => ({ weight: rateShareOf(layer), most })),
    );
    wanted.forEach((sender, index) => sender.encoder.setNetwork(readings[index] ?? reading));
    // The others have to know the link when their turn comes.
    for (const sender of this.senders) if (!sender.wanted) sender.encoder.setNetwork(reading);
  }

  setDecodeLoad(decodeMs: number): void {
    this.#decodeMs = decodeMs;
    for (const { encoder } of this.senders) encoder.setDecodeLoad(decodeMs);
  }

  setClockOffset(offset: number): void {
    for (const { encoder } of this.senders) encoder.setClockOffset(offset);
  }

  close(): void {
    this.#closed = true;
    for (const sender of this.senders) sender.close();
    this.#senders.clear();
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  get #wanted(): InnSender[] {
    return this.senders.filter(({ wanted }) => wanted);
  }

  #layers(count: number): LayerOffer[] {
    const { maxBitrate } = this.#settings;
    return layersOf({ ...pictureSize(this.#track), maxBitrate }, count);
  }

  /** Makes wanted layers that are missing, and tells each what it may take. */
  #update(): void {
    for (const sender of this.senders) sender.setWish(this.#wishes.get(sender.layer));
    const missing = this.#layers(LIMITS.layers).filter(
      ({ layer }) => this.#wishes.has(layer) && !this.#senders.has(layer),
    );
    for (const layer of missing) {
      this.#work
        .run(() => this.#start(layer))
        .catch(() => {
          // The others go on; receivers of this one stay where they are.
        });
    }
  }

  async #start(layer: LayerOffer | undefined): Promise<void> {
    if (layer === undefined || this.#closed || this.#senders.has(layer.layer)) return;
    const { codec, clockOffset, onFailed } = this.#options;
    const encoder = await codec.takeEncoder();
    encoder.setClockOffset(clockOffset());
    encoder.on('failed', (error) => {
      if (layer.layer === FULL_LAYER) onFailed(error);
      else this.#drop(layer.layer);
    });
    const sender = await InnSender.create({
      ...this.#options,
      track: this.#track,
      paused: this.#paused,
      settings: {
        ...this.#settings,
        maxBitrate: layer.maxBitrate,
        scale: scaleOf(layer.layer),
      },
      encoder,
      layer,
    });
    if (this.#isClosed()) {
      sender.close();
      return;
    }
    encoder.on('stats', (stats) => this.#noteStats(sender, stats));
    encoder.setDecodeLoad(this.#decodeMs);
    this.#senders.set(layer.layer, sender);
    sender.setWish(this.#wishes.get(layer.layer));
  }

  #drop(layer: number): void {
    this.#senders.get(layer)?.close();
    this.#senders.delete(layer);
  }

  #noteStats(sender: InnSender, stats: EncodeStats): void {
    if (sender !== this.#wanted[0]) return;
    const { width, height } = pictureSize(this.#track);
    this.#budget.update({
      encodeMs: stats.encodeMs,
      pixels: stats.width * stats.height,
      fullPixels: width * height,
      frameIntervalMs: 1000 / this.#settings.frameRate,
      decodeMs: this.#decodeMs,
    });
    void this.#offer();
  }

  /** Tells the server what could be coded, where that has changed. */
  async #offer(): Promise<void> {
    const { source, transports, maxLayers, regardless } = this.#options;
    const layers = this.#layers(regardless ? maxLayers : this.#budget.count);
    const offer = { source, codec: 'inn' as const, layers, stopped: this.stopped };
    const text = JSON.stringify(offer);
    if (text === this.#offered || this.#closed) return;
    this.#offered = text;
    try {
      await transports.offerLayers(offer);
    } catch (cause) {
      this.#offered = '';
      throw ClientError.from(cause, 'media-failed', 'The server did not take the offered layers.');
    }
  }
}
