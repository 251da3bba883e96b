import type { RtpCapabilities, WebRtcTransport } from 'mediasoup/types';
import { SfuError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { DownlinkEstimate } from '../media/transports.js';
import type { Notification, PauseReason } from '../protocol/index.js';
import type { ClientLink } from './ClientLink.js';
import { chooseLayers, type LayeredSource } from './layers.js';
import { PeerConsumer, type ConsumerPreferences } from './PeerConsumer.js';
import { sourceKey, type Candidate } from './variants.js';

/** Kept free of video, bit/s per audio stream. */
const AUDIO_SHARE = 48_000;
/** Share of the estimate that layers may fill. */
const FILL = 0.9;
/** Longest time that the old layer flows beside the new one. */
const LAYER_SWITCH_MS = 1000;
/** Least time between two notifications of the estimate. */
const ESTIMATE_INTERVAL_MS = 250;

export interface DownlinkOptions {
  readonly transport: WebRtcTransport;
  readonly rtpCapabilities: RtpCapabilities;
  readonly logger: Logger;
  /** The client's link at this moment; undefined while it is reconnecting. */
  readonly link: () => ClientLink | undefined;
}

/** Everything that flows to one receiver: its consumers and which layers of them are sent. */
export class Downlink {
  readonly transport: WebRtcTransport;
  readonly consumers = new Map<string, PeerConsumer>();
  readonly #options: DownlinkOptions;
  readonly #preferences = new Map<string, ConsumerPreferences>();
  #desired: readonly Candidate[] = [];
  #syncing: Promise<void> | undefined;
  readonly #switching = new Set<string>();
  #available: number | undefined;
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

  /** Closes consumers that are not desired and offers those that are missing. */
  sync(desired: readonly Candidate[]): Promise<void> {
    this.#desired = desired;
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
    const group = [...this.consumers.values()].filter((consumer) => groupKey(consumer) === key);
    await Promise.all(group.map((consumer) => consumer.setPreferences(preferences)));
  }

  onEstimate(estimate: DownlinkEstimate): void {
    this.#available = estimate.availableBitrate;
    const now = performance.now();
    if (now - this.#lastEstimateAt < ESTIMATE_INTERVAL_MS) return;
    this.#lastEstimateAt = now;
    this.#notify({ type: 'downlinkEstimate', transportId: this.transport.id, ...estimate });
  }

  /** @param bitrates measured rate of each producer, bit/s; not yet measured ones are absent. */
  applyLayers(bitrates: ReadonlyMap<string, number>): void {
    const groups = this.#layeredGroups(bitrates);
    if (groups.length === 0) return;
    const choices = chooseLayers(
      groups.map((group) => layeredSource(group, bitrates)),
      this.#layerBudget(bitrates),
    );
    groups.forEach((group, index) => {
      const choice = choices[index];
      const next = group.find(({ consumer }) => consumer.id === choice?.consumerId);
      if (choice === undefined || next === undefined) return;
      const key = groupKey(next);
      this.#switching.add(key);
      this.#switchLayer(group, next, choice.limitedByBandwidth)
        .catch((error: unknown) => {
          this.#options.logger.debug({ err: error }, 'layer switch interrupted');
        })
        .finally(() => this.#switching.delete(key));
    });
  }

  close(): void {
    this.consumers.clear();
    this.transport.close();
  }

  async #syncUntilStable(): Promise<void> {
    for (let handled: readonly Candidate[] | undefined; handled !== this.#desired;) {
      handled = this.#desired;
      const wanted = new Set(handled.map(({ id }) => id));
      const held = new Set<string>();
      for (const [id, { consumer }] of this.consumers) {
        if (wanted.has(consumer.producerId)) held.add(consumer.producerId);
        else this.#closeConsumer(id);
      }
      for (const candidate of handled) {
        if (held.has(candidate.id) || this.transport.closed) continue;
        if (this.#options.link() !== undefined) await this.#consume(candidate);
      }
    }
  }

  async #consume({ id: producerId, peerId, appData }: Candidate): Promise<void> {
    const { transport, rtpCapabilities, logger } = this.#options;
    try {
      const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true });
      const peerConsumer = new PeerConsumer({
        consumer,
        peerId,
        appData,
        onStandstill: (reason) => {
          // Before that the client does not know the consumer.
          if (peerConsumer.accepted) this.#reportStandstill(consumer.id, reason);
        },
      });
      this.consumers.set(consumer.id, peerConsumer);
      const preferences = this.#preferences.get(groupKey(peerConsumer));
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

  /** Layers that carry something, by source and codec, save those in the middle of a switch. */
  #layeredGroups(
    bitrates: ReadonlyMap<string, number>,
  ): (readonly [PeerConsumer, ...PeerConsumer[]])[] {
    const groups = new Map<string, [PeerConsumer, ...PeerConsumer[]]>();
    for (const consumer of this.consumers.values()) {
      const key = groupKey(consumer);
      const silent = bitrates.get(consumer.consumer.producerId) === 0;
      const usable = 'layer' in consumer.appData && consumer.eligible && !silent;
      if (!usable || this.#switching.has(key)) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [consumer]);
      else group.push(consumer);
    }
    return [...groups.values()];
  }

  /** What is left of the downlink for layered sources. */
  #layerBudget(bitrates: ReadonlyMap<string, number>): number | undefined {
    if (this.#available === undefined) return undefined;
    const others = [...this.consumers.values()].filter(({ appData }) => !('layer' in appData));
    const taken = others.map(({ consumer }) =>
      consumer.kind === 'audio' ? AUDIO_SHARE : (bitrates.get(consumer.producerId) ?? 0),
    );
    return this.#available * FILL - taken.reduce((sum, rate) => sum + rate, 0);
  }

  /** Starts the new layer first; the old one ends when the new one has its key frame. */
  async #switchLayer(
    group: readonly PeerConsumer[],
    next: PeerConsumer,
    limitedByBandwidth: boolean,
  ): Promise<void> {
    const others = group.filter((consumer) => consumer !== next);
    const overlap = others.some((consumer) => consumer.flowing);
    const starts = !next.flowing;
    await next.setNotChosen(null);
    if (starts && overlap && next.eligible) await next.keyFrameSent(LAYER_SWITCH_MS);
    const reasonFor = (consumer: PeerConsumer): 'layer' | 'bandwidth' =>
      limitedByBandwidth && layerOf(consumer) > layerOf(next) ? 'bandwidth' : 'layer';
    await Promise.all(others.map((consumer) => consumer.setNotChosen(reasonFor(consumer))));
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
function groupKey({ peerId, appData }: PeerConsumer): string {
  return `${sourceKey({ peerId, appData })}/${appData.codec}`;
}

function layerOf({ appData }: Pick<PeerConsumer, 'appData'>): number {
  return 'layer' in appData ? (appData.layer ?? 0) : 0;
}

function layeredSource(
  group: readonly [PeerConsumer, ...PeerConsumer[]],
  bitrates: ReadonlyMap<string, number>,
): LayeredSource {
  const [first, ...rest] = group;
  const layer = ({ consumer, appData }: PeerConsumer): LayeredSource['layers'][0] => ({
    consumerId: consumer.id,
    layer: layerOf({ appData }),
    width: 'width' in appData ? appData.width : 0,
    bitrate: bitrates.get(consumer.producerId) ?? 0,
  });
  return {
    layers: [layer(first), ...rest.map(layer)],
    tileWidth: first.preferences.width,
    priority: first.preferences.priority,
    current: group.find((consumer) => consumer.flowing)?.consumer.id,
  };
}
