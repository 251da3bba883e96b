import type { Consumer } from 'mediasoup/types';
import type { PauseReason, ProducerAppData } from '../protocol/index.js';
import { layerOf } from './variants.js';

export interface ConsumerPreferences {
  /** Device pixels of the tile; 0 = unknown. */
  readonly width: number;
  readonly height: number;
  /** Nobody sees it. */
  readonly paused: boolean;
  /** 1 (least) to 255. */
  readonly priority: number;
}

export const DEFAULT_PREFERENCES: ConsumerPreferences = {
  width: 0,
  height: 0,
  paused: false,
  priority: 1,
};

export interface PeerConsumerOptions {
  readonly consumer: Consumer;
  /** Who produces it. */
  readonly peerId: string;
  readonly appData: ProducerAppData;
  /** Whether it flows as soon as the client is ready; without it the downlink is too short now. */
  readonly chosen: boolean;
  /** Called when the reason of standing still changes; null: it flows. */
  readonly onStandstill: (reason: PauseReason | null) => void;
  /** It began to flow. */
  readonly onFlow: () => void;
}

/** One stream to one receiver: flows when the client is ready, somebody sees it and its layer is chosen. */
export class PeerConsumer {
  readonly consumer: Consumer;
  readonly peerId: string;
  readonly appData: ProducerAppData;
  /** The client has set it up (positive acknowledgement of the offer). */
  accepted = false;
  preferences = DEFAULT_PREFERENCES;
  readonly #onStandstill: (reason: PauseReason | null) => void;
  readonly #onFlow: () => void;
  #ready = false;
  #applied = Promise.resolve();
  #notChosen: 'layer' | 'bandwidth' | null = null;
  #uplinkStopped = false;
  #flowingSince: number | undefined;
  #shown = false;
  #reported: PauseReason | null;

  constructor({ consumer, peerId, appData, chosen, onStandstill, onFlow }: PeerConsumerOptions) {
    this.consumer = consumer;
    this.peerId = peerId;
    this.appData = appData;
    this.#onStandstill = onStandstill;
    this.#onFlow = onFlow;
    if (!chosen) this.#notChosen = 'bandwidth';
    this.#reported = this.standstill;
    consumer.on('producerpause', () => {
      this.#report();
    });
    consumer.on('producerresume', () => {
      this.#report();
    });
  }

  /** Among the layers of its source; undefined where it has none. */
  get layer(): number | undefined {
    return layerOf(this.appData);
  }

  /** ms for which it has been flowing; undefined while it does not. */
  flowingFor(now: number): number | undefined {
    return this.#flowingSince === undefined ? undefined : now - this.#flowingSince;
  }

  get flowing(): boolean {
    return this.#flowingSince !== undefined;
  }

  /** The client has shown a picture of it since it began to flow. */
  get shown(): boolean {
    return this.#shown;
  }

  noteShown(): void {
    if (this.flowing) this.#shown = true;
  }

  get standstill(): PauseReason | null {
    if (this.consumer.producerPaused) return 'producer';
    if (this.preferences.paused) return 'preference';
    return this.#notChosen ?? (this.#uplinkStopped ? 'uplink' : null);
  }

  /** The client has its transform in place. */
  async start(): Promise<void> {
    this.#ready = true;
    await this.#apply();
  }

  async setPreferences(preferences: ConsumerPreferences): Promise<void> {
    this.preferences = preferences;
    await Promise.all([this.#apply(), this.consumer.setPriority(preferences.priority)]);
  }

  /** @param reason why another layer of the source is sent instead; null: this one is sent. */
  async setNotChosen(reason: 'layer' | 'bandwidth' | null): Promise<void> {
    if (this.#notChosen === reason) return;
    this.#notChosen = reason;
    await this.#apply();
  }

  /** The sender's link carries only sound: nothing comes, though nothing here stands in its way. */
  setUplinkStopped(stopped: boolean): void {
    this.#uplinkStopped = stopped;
    this.#report();
  }

  /** One after the other, as a pause must not overtake a resume. */
  #apply(): Promise<void> {
    this.#report();
    const applied = this.#applied.then(async () => {
      const flows = this.#ready && !this.preferences.paused && this.#notChosen === null;
      if (this.consumer.closed || flows !== this.consumer.paused) return;
      await (flows ? this.consumer.resume() : this.consumer.pause());
      this.#flowingSince = flows ? performance.now() : undefined;
      this.#shown = false;
      if (flows) this.#onFlow();
    });
    this.#applied = applied.catch(() => undefined);
    return applied;
  }

  #report(): void {
    const reason = this.standstill;
    if (reason === this.#reported || this.consumer.closed) return;
    this.#reported = reason;
    this.#onStandstill(reason);
  }
}
