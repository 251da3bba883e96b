import type { Producer } from 'mediasoup/types';
import type { NotificationOf, ProducerAppData } from '../protocol/index.js';
import type { Downlink, ReceivedSource, SourceChoice } from './Downlink.js';
import { besideSound, LEAST_TO_START, shareDownlink, type Demand } from './downlinkShares.js';
import { assignLayers, fittingLayer, type LayerReceiver, type LayerState } from './layers.js';
import type { Peer } from './Peer.js';
import { layerOf, variantKey, type Variant } from './variants.js';
import { VideoStop, type VideoStopState } from './videoStop.js';

/** Share of the estimate that is used. */
const FILL = 0.95;
/** A shared screen gets more of a link than a face. */
const SCREEN_WEIGHT = 2;
/** Measurements (two a second) that count, and until a layer is known to take less than it may. */
const KNOWN_AFTER = 20;
/** Below this share of its cap a layer takes what it takes by itself. */
const UNCAPPED = 0.8;
/** Where a receiver has less than this share of the layer it gets, the old one ends at once. */
const OVERLAP_SHARE = 0.5;
/** Caps are told in steps of 9 %. */
const CAP_STEPS_PER_OCTAVE = 8;

type Wish = NotificationOf<'layersWanted'>['layers'][number];

interface PeerVariant extends Variant {
  readonly peer: Peer;
}

interface KnownLayer extends LayerState {
  /** bit/s */
  readonly most: number;
  readonly produced: boolean;
}

interface Receiver {
  readonly peer: Peer;
  readonly downlink: Downlink;
  readonly sources: readonly ReceivedSource[];
  /** bit/s by source key, by the sustained estimate and by the present one. */
  readonly shares: ReadonlyMap<string, number>;
  readonly sharesNow: ReadonlyMap<string, number>;
}

/**
 * Decides which layer of each source flows to whom, and tells every sender which of its layers somebody
 * receives, and how much they may take.
 */
export class LayerControl {
  readonly #peers: ReadonlyMap<string, Peer>;
  readonly #stops = new WeakMap<Downlink, VideoStop>();
  /** The last `layersWanted` of each variant, by its key. */
  readonly #told = new WeakMap<Peer, Map<string, readonly Wish[]>>();
  /** Last measured rates by producer, bit/s. */
  #rates = new Map<string, readonly number[]>();

  constructor(peers: ReadonlyMap<string, Peer>) {
    this.#peers = peers;
  }

  /** Reads what every producer takes at present. */
  async measure(): Promise<void> {
    const producers = [...this.#peers.values()].flatMap((peer) => [...peer.producers.values()]);
    const rates = new Map<string, readonly number[]>();
    await Promise.all(
      producers.map(async (producer) => {
        const rate = await measuredBitrate(producer);
        // A layer that stands still says nothing about what it takes.
        if (rate === undefined || (rate === 0 && producer.kind === 'video')) return;
        const before = this.#rates.get(producer.id) ?? [];
        rates.set(producer.id, [...before, rate].slice(-KNOWN_AFTER));
      }),
    );
    this.#rates = rates;
  }

  /** A peer on a new connection may have missed what was told. */
  forget(peer: Peer): void {
    this.#told.delete(peer);
  }

  /** @param now ms, monotonic */
  decide(now: number): void {
    const receivers = [...this.#peers.values()].flatMap((peer): Receiver[] => {
      const { downlink } = peer;
      if (downlink === undefined) return [];
      const { sources } = downlink;
      const demands = this.#demands(sources);
      const state = this.#videoStop(downlink, now);
      const shares = (estimate: number | undefined) =>
        shareDownlink(this.#budget(downlink, state, estimate), demands);
      return [
        {
          ...{ peer, downlink, sources },
          shares: shares(downlink.estimate.sustained(now)),
          sharesNow: shares(downlink.estimate.at(now)),
        },
      ];
    });
    const choices = new Map(
      receivers.map(({ downlink }) => [downlink, new Map<string, SourceChoice>()]),
    );
    for (const variant of this.#variants()) {
      this.#tell(variant, this.#decideVariant(variant, receivers, choices));
    }
    for (const [downlink, chosen] of choices) downlink.choose(chosen);
  }

  /** All that is produced or offered. */
  #variants(): PeerVariant[] {
    return [...this.#peers.values()].flatMap((peer) => {
      const produced = [...peer.producers.values()].flatMap(({ appData }) =>
        appData.source === 'mic' || layerOf(appData) === undefined ? [] : appData,
      );
      const variants = [...peer.layerOffers.values(), ...produced].map(
        ({ source, codec }): PeerVariant => ({ peer, source, codec }),
      );
      return [...new Map(variants.map((variant) => [variantKey(variant), variant])).values()];
    });
  }

  #decideVariant(
    variant: PeerVariant,
    receivers: readonly Receiver[],
    choices: ReadonlyMap<Downlink, Map<string, SourceChoice>>,
  ): Wish[] {
    const { peer, source, codec } = variant;
    const layers = this.#layers(variant);
    const uplinkStopped = peer.layerOffers.get(variantKey(variant))?.stopped ?? false;
    const getting = receivers.flatMap((receiver) =>
      receiver.sources
        .filter(
          (received) =>
            received.peerId === peer.id && received.source === source && received.codec === codec,
        )
        .map((received) => ({ receiver, received })),
    );
    const seen = getting.filter(({ received }) => !received.preferences.paused);
    const { choices: byReceiver, caps } = assignLayers(
      layers,
      seen.map(({ receiver, received }): LayerReceiver => ({
        id: receiver.peer.id,
        tileWidth: received.preferences.width,
        share: receiver.shares.get(received.key) ?? 0,
        shareNow: receiver.sharesNow.get(received.key) ?? 0,
        current: received.current,
      })),
    );
    for (const { receiver, received } of getting) {
      const unseen = {
        layer: fittingLayer(layers, toFit(received))?.layer,
        limitedByBandwidth: false,
      };
      const choice = byReceiver.get(receiver.peer.id) ?? unseen;
      const shown = layers.find(({ layer }) => layer === received.current);
      const share = receiver.shares.get(received.key) ?? 0;
      const tooShort = shown !== undefined && share < OVERLAP_SHARE * shown.natural;
      const overlap = !(choice.limitedByBandwidth && tooShort);
      choices.get(receiver.downlink)?.set(received.key, { ...choice, overlap, uplinkStopped });
    }
    const flowing = seen.flatMap(({ received }) => received.flowing);
    return layers.flatMap(({ layer, most, produced }): Wish[] => {
      // A layer that nobody is ready for yet would only spend the sender's time, but has to be made.
      if (produced && !flowing.includes(layer)) return [];
      const cap = caps.get(layer);
      if (cap !== undefined) return [{ layer, maxBitrate: toStep(cap, most) }];
      if (!produced) return [];
      return [{ layer, maxBitrate: this.#wish(variant, layer)?.maxBitrate ?? null }];
    });
  }

  /** What was last told of a layer. */
  #wish(variant: PeerVariant, layer: number): Wish | undefined {
    return this.#told
      .get(variant.peer)
      ?.get(variantKey(variant))
      ?.find((told) => told.layer === layer);
  }

  /** The layers that are offered, or produced where no offer was made. */
  #layers(variant: PeerVariant): KnownLayer[] {
    const { peer, source, codec } = variant;
    const produced = [...peer.producers.values()].filter(
      ({ appData }) =>
        appData.source === source && appData.codec === codec && layerOf(appData) !== undefined,
    );
    const offered =
      peer.layerOffers.get(variantKey(variant))?.layers ??
      produced.flatMap(({ appData }) =>
        appData.source === 'mic'
          ? []
          : [{ layer: layerOf(appData) ?? 0, width: appData.width, maxBitrate: Infinity }],
      );
    // Where there is one layer nobody is left without a picture before it is known to take much.
    const knownAfter = offered.length === 1 ? 0 : KNOWN_AFTER;
    return offered.map(({ layer, width, maxBitrate }) => {
      const producer = produced.find(({ appData }) => layerOf(appData) === layer);
      const rates = this.#rates.get(producer?.id ?? '') ?? [];
      const cap = this.#wish(variant, layer)?.maxBitrate ?? Infinity;
      const natural = rates.length < knownAfter ? maxBitrate : naturalRate(rates, cap, maxBitrate);
      return { layer, width, most: maxBitrate, natural, produced: producer !== undefined };
    });
  }

  #demands(sources: readonly ReceivedSource[]): Demand[] {
    return sources
      .filter(({ preferences }) => !preferences.paused)
      .map((received) => {
        const { key, peerId, source, codec, preferences, flowing } = received;
        const peer = this.#peers.get(peerId);
        const layers = peer === undefined ? [] : this.#layers({ peer, source, codec });
        const fitting = layers.find(
          ({ layer }) => layer === fittingLayer(layers, toFit(received))?.layer,
        );
        return {
          key,
          weight: preferences.priority * (source === 'screen' ? SCREEN_WEIGHT : 1),
          most: fitting?.most ?? Infinity,
          served: flowing.length > 0,
        };
      });
  }

  #videoStop(downlink: Downlink, now: number): VideoStopState {
    const stop = this.#stops.get(downlink) ?? new VideoStop();
    this.#stops.set(downlink, stop);
    const { available = Infinity, limit = Infinity } = downlink;
    return stop.update(now, available, limit);
  }

  /** What a downlink has for layered sources, bit/s. */
  #budget(downlink: Downlink, state: VideoStopState, estimate = Infinity): number {
    if (state !== 'open') return state === 'trial' ? LEAST_TO_START : 0;
    const all = Math.min(estimate, downlink.limit ?? Infinity) * FILL;
    const unlayered = [...downlink.consumers.values()].filter(({ layer }) => layer === undefined);
    const measured = (kind: 'audio' | 'video'): (readonly number[])[] =>
      unlayered
        .filter(({ consumer }) => consumer.kind === kind)
        .map(({ consumer }) => this.#rates.get(consumer.producerId) ?? []);
    const video = measured('video').reduce((sum, rates) => sum + (rates.at(-1) ?? 0), 0);
    const sounds = measured('audio').map((rates) => Math.max(0, ...rates));
    return besideSound(all - video, sounds);
  }

  #tell(variant: PeerVariant, layers: readonly Wish[]): void {
    const { peer, source, codec } = variant;
    const told = this.#told.get(peer) ?? new Map<string, readonly Wish[]>();
    this.#told.set(peer, told);
    if (sameWishes(told.get(variantKey(variant)), layers) || peer.link === undefined) return;
    told.set(variantKey(variant), layers);
    peer.notify({ type: 'layersWanted', source, codec, layers: [...layers] });
  }
}

/** What a layer takes where no receiver stands in its way, bit/s; all that it may where its cap does. */
function naturalRate(rates: readonly number[], cap: number, most: number): number {
  const highest = Math.max(0, ...rates);
  return highest < UNCAPPED * cap ? Math.min(most, highest) : most;
}

function toFit({
  preferences,
  current,
}: ReceivedSource): Pick<LayerReceiver, 'tileWidth' | 'current'> {
  return { tileWidth: preferences.width, current };
}

function toStep(cap: number, most: number): number | null {
  if (cap >= most || cap === Infinity) return null;
  const steps = Math.floor(Math.log2(cap) * CAP_STEPS_PER_OCTAVE);
  return Math.floor(2 ** (steps / CAP_STEPS_PER_OCTAVE));
}

function sameWishes(before: readonly Wish[] | undefined, now: readonly Wish[]): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}

/** bit/s; undefined where the producer has just closed or sent nothing yet. */
async function measuredBitrate(producer: Producer<ProducerAppData>): Promise<number | undefined> {
  try {
    const stats = await producer.getStats();
    if (stats.length === 0) return undefined;
    return stats.reduce((sum, { bitrate }) => sum + bitrate, 0);
  } catch {
    return undefined;
  }
}
