import type { Consumer } from 'mediasoup/types';
import type { PauseReason, ProducerAppData } from '../protocol/index.js';

export interface ConsumerPreferences {
  /** Device pixels of the tile; 0 = unknown. */
  readonly width: number;
  readonly height: number;
  /** Nobody sees it. */
  readonly paused: boolean;
  /** 1 (least) to 255. */
  readonly priority: number;
}

export interface PeerConsumerOptions {
  readonly consumer: Consumer;
  /** Who produces it. */
  readonly peerId: string;
  readonly appData: ProducerAppData;
  /** Called when the reason of standing still changes; null: it flows. */
  readonly onStandstill: (reason: PauseReason | null) => void;
}

/** One stream to one receiver: flows when the client is ready, somebody sees it and its layer is chosen. */
export class PeerConsumer {
  readonly consumer: Consumer;
  readonly peerId: string;
  readonly appData: ProducerAppData;
  /** The client has set it up (positive acknowledgement of the offer). */
  accepted = false;
  preferences: ConsumerPreferences = { width: 0, height: 0, paused: false, priority: 1 };
  readonly #onStandstill: (reason: PauseReason | null) => void;
  #ready = false;
  #applied = Promise.resolve();
  #notChosen: 'layer' | 'bandwidth' | null = null;
  #reported: PauseReason | null;

  constructor({ consumer, peerId, appData, onStandstill }: PeerConsumerOptions) {
    this.consumer = consumer;
    this.peerId = peerId;
    this.appData = appData;
    this.#onStandstill = onStandstill;
    // The smallest layer flows until the first choice.
    if ('layer' in appData && appData.layer !== 0) this.#notChosen = 'layer';
    this.#reported = this.standstill;
    consumer.on('producerpause', () => {
      this.#report();
    });
    consumer.on('producerresume', () => {
      this.#report();
    });
  }

  /** It could flow at once if its layer were chosen. */
  get eligible(): boolean {
    return this.#ready && !this.consumer.producerPaused;
  }

  get flowing(): boolean {
    return !this.consumer.paused;
  }

  get standstill(): PauseReason | null {
    if (this.consumer.producerPaused) return 'producer';
    return this.preferences.paused ? 'preference' : this.#notChosen;
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

  /** Resolves when a key frame has gone to the receiver, or after `timeoutMs`. */
  async keyFrameSent(timeoutMs: number): Promise<void> {
    const { consumer } = this;
    await consumer.enableTraceEvent(['keyframe']);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        consumer.off('trace', done);
        consumer.observer.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      consumer.on('trace', done);
      consumer.observer.on('close', done);
    });
    if (!consumer.closed) await consumer.enableTraceEvent([]);
  }

  /** One after the other, as a pause must not overtake a resume. */
  #apply(): Promise<void> {
    this.#report();
    const applied = this.#applied.then(async () => {
      const flows = this.#ready && !this.preferences.paused && this.#notChosen === null;
      if (this.consumer.closed || flows !== this.consumer.paused) return;
      await (flows ? this.consumer.resume() : this.consumer.pause());
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
