import { randomUUID } from 'node:crypto';
import type { Producer, WebRtcTransport } from 'mediasoup/types';
import { SfuError } from '../errors.js';
import { serverTime } from '../serverTime.js';
import type { Logger } from '../logger.js';
import { toMediasoupParameters } from '../media/codecs.js';
import { refused } from '../media/refused.js';
import { createWebRtcTransport, traceDownlink } from '../media/transports.js';
import type { MediaRouter } from '../media/WorkerPool.js';
import type { Metrics } from '../metrics/Metrics.js';
import {
  LIMITS,
  type ChatMessage,
  type FeedbackReport,
  type Notification,
  type NotificationOf,
  type ProducerAppData,
  type RequestOf,
  type SamplesAck,
  type VideoCodec,
} from '../protocol/index.js';
import type { ClientLink } from './ClientLink.js';
import { Downlink } from './Downlink.js';
import { LayerControl } from './LayerControl.js';
import { Peer, type PeerProfile } from './Peer.js';
import { SpeakerObserver } from './SpeakerObserver.js';
import { selectVariants, variantKey, type Candidate } from './variants.js';

export interface RoomOptions {
  readonly id: string;
  readonly maxPeers: number;
  readonly reconnectGraceMs: number;
  readonly createRouter: () => Promise<MediaRouter>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly onEmpty: () => void;
}

/** Producers of one peer: microphone, camera and screen in two codecs and three layers fit. */
const MAX_PRODUCERS = 16;
/** A burst of PLIs becomes one key frame. */
const KEY_FRAME_REQUEST_DELAY_MS = 1000;
const LAYER_TICK_MS = 500;

type Media = MediaRouter & { readonly speakers: SpeakerObserver };

/** One call: its peers, who receives what, and the router that their media goes through. */
export class Room {
  readonly id: string;
  readonly peers = new Map<string, Peer>();
  readonly chat: ChatMessage[] = [];
  readonly #options: RoomOptions;
  readonly #logger: Logger;
  readonly #vp8Wanted = new Map<Peer, boolean>();
  readonly #layerTimer: NodeJS.Timeout;
  #media: Media | undefined;
  readonly #layers = new LayerControl(this.peers);
  #measuring = false;
  #decision: NodeJS.Immediate | undefined;
  #closed = false;

  private constructor(options: RoomOptions) {
    this.id = options.id;
    this.#options = options;
    this.#logger = options.logger.child({ room: options.id });
    this.#layerTimer = setInterval(() => void this.#measureLayers(), LAYER_TICK_MS).unref();
  }

  /** @throws SfuError `media-failed` */
  static async create(options: RoomOptions): Promise<Room> {
    const room = new Room(options);
    try {
      await room.#createMedia();
    } catch (error) {
      room.close();
      throw error;
    }
    room.#logger.info('room opened');
    return room;
  }

  /** @throws SfuError `room-full`, `server-closing` */
  join(profile: PeerProfile, link: ClientLink): Peer {
    if (this.#closed) throw new SfuError('server-closing', 'the room has just closed, join again');
    if (this.peers.size >= this.#options.maxPeers) {
      throw new SfuError(
        'room-full',
        `the room is full (${String(this.#options.maxPeers)} participants), try again when somebody has left`,
      );
    }
    const peer = new Peer(profile, link);
    this.peers.set(peer.id, peer);
    this.#broadcast({ type: 'peerJoined', peer: peer.info }, peer);
    this.#updateVp8Wanted();
    this.#logger.info({ peer: peer.id, peers: this.peers.size }, 'peer joined');
    return peer;
  }

  /**
   * Gives the place that belongs to `token` to another connection.
   * @param keepMedia the client still holds its transports.
   * @returns undefined where there is no such place any more.
   */
  resume(
    { token, keepMedia }: { token: string; keepMedia: boolean },
    profile: PeerProfile,
    link: ClientLink,
  ): Peer | undefined {
    const peer = [...this.peers.values()].find((candidate) => candidate.sessionToken === token);
    if (peer === undefined) return undefined;
    clearTimeout(peer.graceTimer);
    peer.link?.notify({ type: 'sessionReplaced' });
    peer.link?.close();
    peer.link = link;
    peer.profile = profile;
    peer.downlink?.closeUnacknowledged();
    if (!keepMedia) peer.closeMedia();
    this.#layers.forget(peer);
    this.#announce(peer);
    this.#updateVp8Wanted();
    this.#logger.info({ peer: peer.id, keepMedia }, 'peer resumed');
    return peer;
  }

  /** After the answer to `join`: offers what the peer missed. */
  welcome(peer: Peer): void {
    peer.downlink?.resume();
    this.#syncDownlinks();
  }

  /** The connection of a peer is gone: keeps the place for the grace period. */
  drop(peer: Peer, link: ClientLink): void {
    if (peer.link !== link) return;
    peer.link = undefined;
    peer.downlink?.closeUnacknowledged();
    peer.graceTimer = setTimeout(() => {
      this.#remove(peer, 'connection-lost');
    }, this.#options.reconnectGraceMs);
    this.#announce(peer);
    this.#logger.info({ peer: peer.id }, 'peer dropped');
  }

  leave(peer: Peer): void {
    this.#remove(peer, 'left');
  }

  vp8Wanted(peer: Peer): boolean {
    return [...this.peers.values()].some((other) => other !== peer && other.wantsVp8);
  }

  async createTransport(
    peer: Peer,
    { direction, forceTcp = false }: RequestOf<'createTransport'>,
  ): Promise<WebRtcTransport> {
    const media = this.#requireMedia();
    const transport = await refused('createTransport', () =>
      createWebRtcTransport(media, forceTcp),
    );
    this.#requirePresent(peer, transport);
    if (direction === 'send') {
      peer.closeSendTransport();
      peer.sendTransport = transport;
      this.#announce(peer);
      return transport;
    }
    peer.downlink?.close();
    const downlink = new Downlink({
      transport,
      rtpCapabilities: peer.profile.rtpCapabilities,
      logger: this.#logger,
      link: () => peer.link,
      onFlow: () => {
        this.decideLayers();
      },
    });
    peer.downlink = downlink;
    await refused('createTransport', () =>
      traceDownlink(transport, (estimate) => {
        if (downlink.onEstimate(estimate)) this.decideLayers();
      }),
    );
    this.#syncDownlinks();
    return transport;
  }

  /** @throws SfuError `unknown-transport`, `invalid-message`, `limit-reached`, `media-failed` */
  async produce(peer: Peer, request: RequestOf<'produce'>): Promise<Producer<ProducerAppData>> {
    const { transportId, kind, rtpParameters, appData, paused = false } = request;
    const transport = peer.sendTransport;
    if (transport?.id !== transportId) {
      throw new SfuError('unknown-transport', 'create a transport of direction "send" first');
    }
    if ((kind === 'audio') !== (appData.source === 'mic')) {
      throw new SfuError('invalid-message', `kind ${kind} does not fit source ${appData.source}`);
    }
    this.#closeSameSlot(peer, appData);
    if (peer.producers.size >= MAX_PRODUCERS) {
      throw new SfuError('limit-reached', 'too many streams, close one of them first');
    }
    const producer = await refused('produce', () =>
      transport.produce({
        kind,
        rtpParameters: toMediasoupParameters(rtpParameters),
        paused,
        appData,
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
      }),
    );
    this.#requirePresent(peer, producer);
    peer.producers.set(producer.id, producer);
    await refused('produce', () => this.#watch(peer, producer));
    this.#announce(peer);
    this.#syncDownlinks();
    return producer;
  }

  closeProducer(peer: Peer, producerId: string): void {
    const producer = peer.producer(producerId);
    peer.producers.delete(producerId);
    producer.close();
    this.#announce(peer);
    this.#syncDownlinks();
  }

  async pauseProducer(peer: Peer, producerId: string): Promise<void> {
    const producer = peer.producer(producerId);
    await refused('pauseProducer', () => producer.pause());
    this.#announce(peer);
  }

  async resumeProducer(peer: Peer, producerId: string): Promise<void> {
    const producer = peer.producer(producerId);
    await refused('resumeProducer', () => producer.resume());
    this.#announce(peer);
  }

  setDecodes(peer: Peer, decodes: readonly VideoCodec[]): void {
    peer.profile = { ...peer.profile, decodes };
    this.#announce(peer);
    this.#updateVp8Wanted();
    this.#syncDownlinks();
  }

  setCompareMode(peer: Peer, enabled: boolean): void {
    peer.compareMode = enabled;
    this.#updateVp8Wanted();
    this.#syncDownlinks();
  }

  offerLayers(peer: Peer, offer: RequestOf<'offerLayers'>): void {
    peer.layerOffers.set(variantKey(offer), offer);
    this.decideLayers();
  }

  limitDownlink(peer: Peer, { maxBitrate }: RequestOf<'limitDownlink'>): void {
    peer.requireDownlink().setLimit(maxBitrate ?? undefined);
    this.decideLayers();
  }

  /** Chooses layers anew, once for all that happened in this turn. */
  decideLayers(): void {
    if (this.#closed || this.#decision !== undefined) return;
    this.#decision = setImmediate(() => {
      this.#decision = undefined;
      this.#layers.decide(performance.now());
    });
  }

  raiseHand(peer: Peer, raised: boolean): void {
    peer.handRaised = raised;
    this.#announce(peer);
  }

  say(peer: Peer, text: string): ChatMessage {
    const message: ChatMessage = {
      id: randomUUID(),
      peerId: peer.id,
      displayName: peer.profile.displayName,
      text,
      sentAt: Date.now(),
    };
    this.chat.push(message);
    if (this.chat.length > LIMITS.chatHistory) this.chat.shift();
    this.#broadcast({ type: 'chat', message }, peer);
    return message;
  }

  /** Sends a receiver's report to the peer that produces the stream. */
  relayFeedback(peer: Peer, consumerId: string, report: FeedbackReport): void {
    const { consumer, peerId } = peer.requireDownlink().consumer(consumerId);
    this.peers.get(peerId)?.notify({
      type: 'feedback',
      producerId: consumer.producerId,
      fromPeerId: peer.id,
      report,
    });
  }

  /** Asks the peer that produces the stream for samples of a captured picture. */
  async sourceSamples(peer: Peer, consumerId: string, drawnAt: number): Promise<SamplesAck> {
    const { appData, peerId } = peer.requireDownlink().consumer(consumerId);
    const { source } = appData;
    if (source === 'mic') return null;
    const link = this.peers.get(peerId)?.link;
    return (await link?.askSamples({ type: 'samplesWanted', source, drawnAt })) ?? null;
  }

  /** @param last sent to everybody before the room goes. */
  close(last?: Notification): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#layerTimer);
    clearImmediate(this.#decision);
    if (last !== undefined) this.#broadcast(last);
    for (const peer of this.peers.values()) peer.close();
    this.peers.clear();
    this.#media?.router.close();
    this.#logger.info('room closed');
  }

  #remove(peer: Peer, reason: NotificationOf<'peerLeft'>['reason']): void {
    if (!this.peers.delete(peer.id)) return;
    this.#vp8Wanted.delete(peer);
    peer.close();
    this.#broadcast({ type: 'peerLeft', peerId: peer.id, reason });
    this.#updateVp8Wanted();
    this.#logger.info({ peer: peer.id, reason, peers: this.peers.size }, 'peer left');
    if (this.peers.size === 0) this.#options.onEmpty();
  }

  async #createMedia(): Promise<void> {
    const { router, webRtcServer } = await this.#options.createRouter();
    const speakers = await SpeakerObserver.create(router, (producerId) => {
      this.#announceSpeaker(producerId);
    });
    if (this.#closed) {
      router.close();
      return;
    }
    router.on('workerclose', () => void this.#resetMedia());
    this.#media = { router, webRtcServer, speakers };
  }

  /** The worker died, every transport with it: starts anew on another one and tells the clients. */
  async #resetMedia(): Promise<void> {
    this.#media = undefined;
    for (const peer of this.peers.values()) peer.closeMedia();
    while (!this.#closed) {
      try {
        await this.#createMedia();
        break;
      } catch (error) {
        this.#logger.warn({ err: error }, 'no media worker yet');
        await new Promise((resolve) => setTimeout(resolve, LAYER_TICK_MS));
      }
    }
    for (const peer of this.peers.values()) {
      this.#announce(peer);
      peer.notify({ type: 'mediaReset' });
    }
  }

  #requireMedia(): Media {
    if (this.#media === undefined) {
      throw new SfuError('media-failed', 'the media process is restarting, wait for mediaReset');
    }
    return this.#media;
  }

  /** The peer may have left while the worker answered. */
  #requirePresent(peer: Peer, made: { closed: boolean; close(): void }): void {
    if (this.peers.has(peer.id) && !made.closed) return;
    made.close();
    throw new SfuError('not-joined', 'the peer has left the room');
  }

  #closeSameSlot(peer: Peer, appData: ProducerAppData): void {
    const slot = slotOf(appData);
    for (const producer of peer.producers.values()) {
      if (slotOf(producer.appData) !== slot) continue;
      peer.producers.delete(producer.id);
      producer.close();
    }
  }

  async #watch(peer: Peer, producer: Producer<ProducerAppData>): Promise<void> {
    producer.on('score', (scores) => {
      const score = Math.max(0, ...scores.map((entry) => entry.score));
      peer.notify({ type: 'producerScore', producerId: producer.id, score });
    });
    if (producer.kind === 'audio') {
      await this.#requireMedia().speakers.add(producer);
      return;
    }
    producer.on('trace', () => {
      this.#options.metrics.keyFrameRequested();
      peer.notify({ type: 'keyFrameWanted', producerId: producer.id, at: serverTime() });
    });
    await producer.enableTraceEvent(['pli', 'fir']);
  }

  #announce(peer: Peer): void {
    this.#broadcast({ type: 'peerUpdated', peer: peer.info }, peer);
  }

  #announceSpeaker(producerId: string | null): void {
    const speaker = [...this.peers.values()].find(
      ({ producers }) => producerId !== null && producers.has(producerId),
    );
    this.#broadcast({ type: 'activeSpeaker', peerId: speaker?.id ?? null });
  }

  #updateVp8Wanted(): void {
    for (const peer of this.peers.values()) {
      const wanted = this.vp8Wanted(peer);
      const known = this.#vp8Wanted.get(peer);
      this.#vp8Wanted.set(peer, wanted);
      // The answer to join carries the first value.
      if (known !== undefined && known !== wanted) peer.notify({ type: 'vp8Wanted', wanted });
    }
  }

  #syncDownlinks(): void {
    const candidates: Candidate[] = [...this.peers.values()].flatMap((peer) =>
      [...peer.producers.values()].map(({ id, appData }) => ({ id, peerId: peer.id, appData })),
    );
    for (const { id, profile, compareMode, downlink } of this.peers.values()) {
      const receiver = { peerId: id, decodes: profile.decodes, compareMode };
      void downlink?.sync(selectVariants(candidates, receiver));
    }
    this.decideLayers();
  }

  async #measureLayers(): Promise<void> {
    if (this.#measuring) return;
    this.#measuring = true;
    try {
      await this.#layers.measure();
      this.decideLayers();
    } finally {
      this.#measuring = false;
    }
  }

  #broadcast(notification: Notification, except?: Peer): void {
    for (const peer of this.peers.values()) {
      if (peer !== except) peer.notify(notification);
    }
  }
}

/** A peer has one producer for each source, codec and layer. */
function slotOf(appData: ProducerAppData): string {
  const layer = 'layer' in appData ? (appData.layer ?? 0) : 0;
  return `${appData.source}/${appData.codec}/${String(layer)}`;
}
