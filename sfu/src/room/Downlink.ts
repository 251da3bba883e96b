import type { RtpCapabilities, WebRtcTransport } from 'mediasoup/types';
import { SfuError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { DownlinkEstimate } from '../media/transports.js';
import { retransmits, type Notification, type PauseReason } from '../protocol/index.js';
import { CarefulEstimate, CLEAR_FALL } from './CarefulEstimate.js';
import type { ClientLink } from './ClientLink.js';
import type { LayerChoice } from './layers.js';
import { DEFAULT_PREFERENCES, PeerConsumer, type ConsumerPreferences } from './PeerConsumer.js';
import { layerOf, sourceKey, type Candidate, type Variant } from './variants.js';

/** Longest time that the old layer flows beside the new one, ms. */
const LAYER_SWITCH_MS = 5000;
/** Least time between two notifications of the estimate. */
const ESTIMATE_INTERVAL_MS = 250;

export interface DownlinkOptions {
  readonly transport: WebRtcTransport;
  readonly rtpCapabilities: RtpCapabilities;
  readonly logger: Logger;
  /** The client's link at this moment; undefined while it is reconnecting. */
  readonly link: () => ClientLink | undefined;
  /** A consumer began to flow. */
  readonly onFlow: () => void;
}

/** What the choice of layers has to know of one layered source at this receiver. */
export interface ReceivedSource extends Variant {
  readonly key: string;
  readonly peerId: string;
  readonly preferences: ConsumerPreferences;
  /** The layer that is shown now. */
  readonly current: number | undefined;
  /** Layers that flow, at a switch more than one. */
  readonly flowing: readonly number[];
}

/** What of a layered source is to be sent. */
export interface SourceChoice extends LayerChoice {
  /** The old layer may flow until the new one is shown. */
  readonly overlap: boolean;
  /** The sender's link carries only sound. */
  readonly uplinkStopped: boolean;
}

/** Everything that flows to one receiver: its consumers and which layers of them are sent. */
export class Downlink {
  readonly transport: WebRtcTransport;
  readonly consumers = new Map<string, PeerConsumer>();
  readonly #options: DownlinkOptions;
  readonly #preferences = new Map<string, ConsumerPreferences>();
  readonly #choices = new Map<string, SourceChoice>();
  /** Producers that the client cannot take. */
  readonly #refused = new Set<string>();
  #desired: readonly Candidate[] = [];
  #syncing: Promise<void> | undefined;
  #dirty = false;
  readonly #estimate = new CarefulEstimate();
  #available: number | undefined;
  #limit: number | undefined;
  /** Estimate at the last choice of layers. */
  #chosenFor = Infinity;
  #lastEstimateAt = 0;

  constructor(options: DownlinkOptions) {
    this.#options = options;
    this.transport = options.transport;
  }

  /** @throws SfuError `unknown-consumer` */
  consumer(id: string): PeerConsumer {
    const found = this.consumers.get(id);
    if (found === undefined) {
      throw new SfuError('unknown-consumer', `there is no consumer ${id}, it may have been closed`);
    }
    return found;
  }

  /** The transport's estimate, bit/s; undefined while nothing is known. */
  get available(): number | undefined {
    return this.#available;
  }

  /** What of it senders may follow. */
  get estimate(): Pick<CarefulEstimate, 'at' | 'sustained'> {
    return this.#estimate;
  }

  /** What the client wants at most, bit/s, sound included; undefined: no limit. */
  get limit(): number | undefined {
    return this.#limit;
  }

  setLimit(bitrate: number | undefined): void {
    this.#limit = bitrate;
  }

  /** Layered sources that this receiver gets, chosen or not. */
  get sources(): ReceivedSource[] {
    const sources = new Map<string, ReceivedSource>();
    for (const { peerId, appData } of this.#desired) {
      const key = groupKey({ peerId, appData });
      const layered = appData.source !== 'mic' && layerOf(appData) !== undefined;
      if (!layered || sources.has(key)) continue;
      const flowing = this.#group(key).filter((consumer) => consumer.flowing);
      const shown = flowing.find((consumer) => consumer.shown) ?? flowing[0];
      sources.set(key, {
        key,
        peerId,
        source: appData.source,
        codec: appData.codec,
        preferences: this.#preferences.get(key) ?? DEFAULT_PREFERENCES,
        current: shown?.layer,
        flowing: flowing.flatMap(({ layer }) => layer ?? []),
      });
    }
    return [...sources.values()];
  }

  /**
   * Closes consumers that are not desired and offers those that are missing; of a layered source only
   * the chosen layer.
   */
  sync(desired: readonly Candidate[]): Promise<void> {
    this.#desired = desired;
    this.#dirty = true;
    this.#syncing ??= this.#syncUntilStable().finally(() => (this.#syncing = undefined));
    return this.#syncing;
  }

  /** The client is back on another connection: tells it how its consumers stand. */
  resume(): void {
    for (const consumer of this.consumers.values()) {
      this.#reportStandstill(consumer.consumer.id, consumer.standstill);
    }
  }

  /** The connection is gone: what the client never acknowledged, it does not have. */
  closeUnacknowledged(): void {
    for (const [id, { accepted, consumer }] of this.consumers) {
      if (accepted) continue;
      this.consumers.delete(id);
      consumer.close();
    }
  }

  /** Preferences hold for every layer of the consumer's source, later ones too. */
  async setPreferences(consumerId: string, preferences: ConsumerPreferences): Promise<void> {
    const key = groupKey(this.consumer(consumerId));
    this.#preferences.set(key, preferences);
    await Promise.all(this.#group(key).map((consumer) => consumer.setPreferences(preferences)));
  }

  /** @returns whether it fell so much that the layers have to be chosen anew at once. */
  onEstimate(estimate: DownlinkEstimate): boolean {
    this.#available = estimate.availableBitrate;
    this.#estimate.update(performance.now(), estimate.availableBitrate);
    this.#notifyEstimate(estimate);
    return estimate.availableBitrate < this.#chosenFor * CLEAR_FALL;
  }

  #notifyEstimate(estimate: DownlinkEstimate): void {
    const now = performance.now();
    if (now - this.#lastEstimateAt < ESTIMATE_INTERVAL_MS) return;
    this.#lastEstimateAt = now;
    this.#notify({ type: 'downlinkEstimate', transportId: this.transport.id, ...estimate });
  }

  /**
   * Brings what flows nearer to these choices; to be called again until nothing changes any more.
   * @param choices by source key, one for each of `sources`
   */
  choose(choices: ReadonlyMap<string, SourceChoice>): void {
    this.#choices.clear();
    this.#chosenFor = this.#available ?? Infinity;
    let missing = false;
    for (const [key, choice] of choices) {
      this.#choices.set(key, choice);
      const group = this.#group(key);
      for (const consumer of group) consumer.setUplinkStopped(choice.uplinkStopped);
      const next = group.find(({ layer }) => layer === choice.layer);
      missing ||= choice.layer === undefined ? group.length === 0 : next === undefined;
      this.#step(group, next, choice).catch((error: unknown) => {
        this.#options.logger.debug({ err: error }, 'layer switch interrupted');
      });
    }
    if (missing) void this.sync(this.#desired);
  }

  close(): void {
    this.consumers.clear();
    this.transport.close();
  }

  async #syncUntilStable(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      const handled = this.#desired;
      const wanted = new Set(handled.map(({ id }) => id));
      const held = new Set<string>();
      for (const [id, { consumer }] of this.consumers) {
        if (wanted.has(consumer.producerId)) held.add(consumer.producerId);
        else this.#closeConsumer(id);
      }
      for (const candidate of handled) {
        const known = held.has(candidate.id) || this.#refused.has(candidate.id);
        if (known || this.transport.closed || !this.#isChosen(candidate)) continue;
        if (this.#options.link() !== undefined) await this.#consume(candidate);
      }
    }
  }

  async #consume({ id: producerId, peerId, appData }: Candidate): Promise<void> {
    const { transport, rtpCapabilities, logger } = this.#options;
    const key = groupKey({ peerId, appData });
    try {
      const consumer = await transport.consume({
        producerId,
        rtpCapabilities,
        paused: true,
        enableRtx: appData.source !== 'mic' && retransmits(appData),
      });
      const peerConsumer = new PeerConsumer({
        consumer,
        peerId,
        appData,
        chosen: this.#choices.get(key)?.layer === layerOf(appData),
        onStandstill: (reason) => {
          // Before that the client does not know the consumer.
          if (peerConsumer.accepted) this.#reportStandstill(consumer.id, reason);
        },
        onFlow: this.#options.onFlow,
      });
      this.consumers.set(consumer.id, peerConsumer);
      const preferences = this.#preferences.get(key);
      if (preferences !== undefined) await peerConsumer.setPreferences(preferences);
      consumer.on('producerclose', () => {
        this.#closeConsumer(consumer.id);
      });
      void this.#offer(peerConsumer);
    } catch (error) {
      // The producer may have closed meanwhile, or the receiver lacks its RTP codec.
      logger.info({ err: error, producerId }, 'producer cannot be consumed');
    }
  }

  async #offer(peerConsumer: PeerConsumer): Promise<void> {
    const { consumer, peerId, appData } = peerConsumer;
    const { producerPaused } = consumer;
    const answer = await this.#options.link()?.offerConsumer({
      type: 'newConsumer',
      consumerId: consumer.id,
      transportId: this.transport.id,
      producerId: consumer.producerId,
      peerId,
      kind: consumer.kind,
      rtpParameters: consumer.rtpParameters,
      appData,
      producerPaused,
    });
    if (answer?.ok === true) {
      peerConsumer.accepted = true;
      if (peerConsumer.standstill !== (producerPaused ? 'producer' : null)) {
        this.#reportStandstill(consumer.id, peerConsumer.standstill);
      }
      return;
    }
    if (answer === undefined) {
      // The client may hold it all the same: takes it back and offers what is missing anew.
      this.#closeConsumer(consumer.id);
      if (!this.transport.closed) await this.sync([...this.#desired]);
      return;
    }
    const { message } = answer;
    this.#options.logger.info({ consumerId: consumer.id, message }, 'client refused a consumer');
    this.#refused.add(consumer.producerId);
    this.consumers.delete(consumer.id);
    consumer.close();
  }

  #closeConsumer(id: string): void {
    const found = this.consumers.get(id);
    if (found === undefined) return;
    this.consumers.delete(id);
    found.consumer.close();
    this.#notify({ type: 'consumerClosed', consumerId: id });
  }

  #group(key: string): PeerConsumer[] {
    return [...this.consumers.values()].filter((consumer) => groupKey(consumer) === key);
  }

  #isChosen({ peerId, appData }: Candidate): boolean {
    const layer = layerOf(appData);
    if (layer === undefined) return true;
    const key = groupKey({ peerId, appData });
    const choice = this.#choices.get(key);
    if (choice === undefined) return false;
    // One stands still in place of the picture that does not fit, so that the tile can say so.
    return choice.layer === undefined ? this.#group(key).length === 0 : choice.layer === layer;
  }

  /** Starts the new layer first; the old one ends when the client shows the new one. */
  async #step(
    group: readonly PeerConsumer[],
    next: PeerConsumer | undefined,
    { layer, limitedByBandwidth, overlap }: SourceChoice,
  ): Promise<void> {
    if (layer === undefined) {
      await Promise.all(group.map((consumer) => consumer.setNotChosen('bandwidth')));
      return;
    }
    // Until the sender codes it, or the client has set it up, what there is goes on.
    if (next === undefined) return;
    await next.setNotChosen(null);
    const flowingFor = next.flowingFor(performance.now());
    if (flowingFor === undefined) return;
    const changed = next.shown || !overlap || flowingFor > LAYER_SWITCH_MS;
    const others = group.filter((consumer) => consumer !== next);
    const reasonFor = (consumer: PeerConsumer): 'layer' | 'bandwidth' =>
      limitedByBandwidth && (consumer.layer ?? 0) > layer ? 'bandwidth' : 'layer';
    await Promise.all(
      others
        .filter((consumer) => changed || !consumer.flowing)
        .map((consumer) => consumer.setNotChosen(reasonFor(consumer))),
    );
  }

  #reportStandstill(consumerId: string, reason: PauseReason | null): void {
    if (reason === null) this.#notify({ type: 'consumerResumed', consumerId });
    else this.#notify({ type: 'consumerPaused', consumerId, reason });
  }

  #notify(notification: Notification): void {
    this.#options.link()?.notify(notification);
  }
}

/** Layers are chosen among producers of one source in one codec. */
function groupKey({ peerId, appData }: Pick<PeerConsumer, 'peerId' | 'appData'>): string {
  return `${sourceKey({ peerId, appData })}/${appData.codec}`;
}
