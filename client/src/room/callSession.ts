import type {
  ChatMessage,
  NewConsumer,
  NewConsumerAck,
  Notification,
  PeerInfo,
  ResponseOf,
} from '@inncall/sfu/protocol';
import type { types } from 'mediasoup-client';
import { shareOf } from '../adaptation/bitrateShares.js';
import { NetworkSampler, type NetworkSample } from '../adaptation/networkSampler.js';
import type { CodecWorkers } from '../codec-worker/codecWorkers.js';
import { machineTime } from '../codec-worker/machineTime.js';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import type { ClockEstimate } from '../latency/clockOffset.js';
import { ClockSync } from '../latency/clockSync.js';
import { transformSettings } from '../transport/encodedTransform.js';
import type { InnSupport } from '../transport/innSupport.js';
import { MediaTransports } from '../transport/mediaTransports.js';
import type { PictureLimit } from '../settings.js';
import { WorkQueue } from '../workQueue.js';
import type { CallPhase, CallSnapshot } from './callSnapshot.js';
import { judgeUplink, RECONNECTING } from './connectionQuality.js';
import { describePeer } from './describePeer.js';
import type { LocalMedia } from './localMedia.js';
import { ReceptionWatch } from './receptionWatch.js';
import { reconnectDelay } from './reconnectDelays.js';
import { RemoteMedia } from './remoteMedia.js';
import { connectToServer, type ServerConnection } from './serverConnection.js';
import type { SignalingClient } from './signalingClient.js';

const MAX_CHAT = 500;

interface ShownSize {
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
}
/** A screen gets more of the link than a face. */
const WEIGHTS = { camera: 1, screen: 2 } as const;

export interface CallSessionOptions {
  readonly room: string;
  readonly displayName: string;
  readonly local: LocalMedia;
  readonly codec: CodecWorkers;
  readonly support: InnSupport;
  /** Most that this person wants to receive, bit/s; undefined: no limit. */
  readonly downlink?: number | undefined;
  /** A connection made in advance. */
  readonly prepared?: Promise<ServerConnection> | undefined;
  /** Read time codes off shown pictures. */
  readonly timeCode: boolean;
}

interface CallSessionEvents {
  changed: CallSnapshot;
  peerJoined: PeerInfo;
  peerLeft: PeerInfo;
  handRaised: PeerInfo;
  message: ChatMessage;
}

type Joined = ResponseOf<'join'>;

/**
 * One call: joins the room, keeps both sides' media and the roster in step
 * with the server, and finds back after a lost connection.
 */
export class CallSession extends Emitter<CallSessionEvents> {
  readonly remote: RemoteMedia;
  readonly #options: CallSessionOptions;
  readonly #peers = new Map<string, PeerInfo>();
  readonly #work = new WorkQueue();
  readonly #forgetLocal: () => void;
  #prepared: Promise<ServerConnection> | undefined;
  #signaling: SignalingClient | undefined;
  #device: types.Device | undefined;
  #transports: MediaTransports | undefined;
  #network: NetworkSampler | undefined;
  #clock: ClockSync | undefined;
  #watch: ReceptionWatch | undefined;
  #joined: Joined | undefined;
  #phase: CallPhase = 'joining';
  #error: ClientError | undefined;
  #activeSpeaker: string | undefined;
  #chat: ChatMessage[] = [];
  #handRaised = false;
  #downlinkEstimate: number | undefined;
  #receiveLimit: PictureLimit | undefined;
  /** What the interface said of each received video, by video. */
  readonly #shown = new Map<string, { readonly size: ShownSize; readonly hidden: boolean }>();
  #joinedAt: number | undefined;

  constructor(options: CallSessionOptions) {
    super();
    this.#options = options;
    this.#prepared = options.prepared;
    this.remote = new RemoteMedia({
      decoders: options.codec.decoders,
      api: options.support.supported ? options.support.api : undefined,
      clockOffset: () => this.clockOffset,
      timeCode: options.timeCode,
    });
    this.remote.on('changed', () => this.#changed());
    this.remote.on('layerShown', (consumerId) => {
      this.#tell((signaling) => signaling.request({ type: 'layerShown', consumerId }));
    });
    this.remote.on('keyFrameNeeded', (consumerId) => {
      this.#tell((signaling) => signaling.request({ type: 'requestKeyFrame', consumerId }));
    });
    this.remote.on('feedback', (feedback) => {
      this.#tell((signaling) => signaling.request({ type: 'feedback', ...feedback }));
    });
    this.#forgetLocal = options.local.on('changed', () => this.#changed());
  }

  /** Room time minus machine time, ms. */
  get clockOffset(): number {
    return this.#clock?.estimate?.offset ?? 0;
  }

  get clock(): ClockEstimate | undefined {
    return this.#clock?.estimate;
  }

  get network(): NetworkSample | undefined {
    return this.#network?.latest;
  }

  /** What the server thinks that this client can receive, bit/s. */
  get downlinkEstimate(): number | undefined {
    return this.#downlinkEstimate;
  }

  get transports(): MediaTransports | undefined {
    return this.#transports;
  }

  get snapshot(): CallSnapshot {
    const { room, displayName, local, support } = this.#options;
    const media = local.state;
    const localVideo = (publication: LocalMedia['camera']) =>
      publication.track && {
        track: publication.track,
        codecs: [...publication.layers.slice(0, 1), publication.vp8].flatMap(
          (sender) => sender?.codec ?? [],
        ),
      };
    return {
      phase: this.#phase,
      room,
      local: {
        peerId: this.#joined?.peerId,
        displayName,
        micOn: media.micOn,
        handRaised: this.#handRaised,
        camera: localVideo(local.camera),
        screen: localVideo(local.screen),
        videoPaused: local.camera.inn?.stopped ?? false,
        quality:
          this.#phase === 'reconnecting'
            ? RECONNECTING
            : judgeUplink(this.#network?.latest, local.camera.inn?.stats),
        vp8Reason: support.supported ? local.camera.innFailure?.message : support.reason,
      },
      peers: [...this.#peers.values()].map((peer) => describePeer(peer, this.remote, support)),
      activeSpeaker: this.#activeSpeaker,
      chat: this.#chat,
      joinedAt: this.#joinedAt,
      error: this.#error,
    };
  }

  /** @throws ClientError 'server-gone', 'server-refused', 'room-full', 'unsupported-browser' */
  async join(): Promise<void> {
    try {
      await this.#connect();
      await this.#startMedia();
    } catch (cause) {
      const error = ClientError.from(cause, 'media-failed', 'The call could not start. Try again.');
      this.#end('failed', error);
      throw error;
    }
    this.#joinedAt = machineTime();
    this.#enter();
    this.#watch = new ReceptionWatch({
      remote: this.remote,
      onDecodeLoad: (ms) => {
        for (const source of this.#innSources()) source.setDecodeLoad(ms);
      },
      onJudged: () => this.#changed(),
      report: (report) => this.#tell((signaling) => signaling.request(report)),
      askSamples: async (consumerId, drawnAt) => {
        const answer = await this.#signaling?.request({
          type: 'sourceSamples',
          consumerId,
          drawnAt,
        });
        return answer?.samples ?? null;
      },
    });
  }

  async leave(): Promise<void> {
    await this.#signaling?.request({ type: 'leave' }).catch(() => undefined);
    this.#end('left', undefined);
  }

  async say(text: string): Promise<void> {
    const answer = await this.#signaling?.request({ type: 'chat', text });
    if (answer !== undefined) this.#addMessage(answer.message);
  }

  async raiseHand(raised: boolean): Promise<void> {
    this.#handRaised = raised;
    this.#changed();
    try {
      await this.#signaling?.request({ type: 'raiseHand', raised });
    } catch (cause) {
      // A reconnect tells the server what was wished meanwhile.
      if (this.#phase === 'reconnecting') return;
      this.#handRaised = !raised;
      this.#changed();
      throw cause;
    }
  }

  /** How large a video is shown, or that nobody sees it. */
  setVideoPreferences(videoId: string, size: ShownSize, hidden: boolean): void {
    this.#shown.set(videoId, { size, hidden });
    this.#tellShown(videoId);
  }

  /** Receive no larger pictures than this; `undefined`: as large as they are shown. */
  setReceiveLimit(limit: PictureLimit | undefined): void {
    this.#receiveLimit = limit;
    for (const videoId of this.#shown.keys()) this.#tellShown(videoId);
  }

  setCompareMode(enabled: boolean): void {
    this.#tell((signaling) => signaling.request({ type: 'setCompareMode', enabled }));
  }

  async #connect(): Promise<void> {
    const { room, displayName, support } = this.#options;
    const { signaling, device, rtpCapabilities } = await this.#takeConnection();
    this.#signaling?.close();
    this.#signaling = signaling;
    this.#device = device;
    signaling.on('notification', (notification) => {
      this.#handle(notification);
    });
    signaling.on('newConsumer', ({ offer, answer }) => {
      void this.#accept(offer, answer);
    });
    signaling.on('samplesWanted', ({ wanted, answer }) => {
      void this.#options.local.sourceSamples(wanted).then(answer);
    });
    const previous = this.#joined;
    this.#joined = await signaling.request({
      type: 'join',
      roomId: room,
      displayName,
      rtpCapabilities,
      decodes: support.supported ? ['inn', 'vp8'] : ['vp8'],
      ...(previous && { session: { token: previous.sessionToken, keepMedia: true } }),
    });
    signaling.on('disconnected', () => {
      // While it is being sought again, the attempt that failed makes the next one.
      if (this.#signaling === signaling && this.#phase === 'in-call') void this.#reconnect();
    });
    this.#peers.clear();
    for (const peer of this.#joined.peers) this.#peers.set(peer.id, peer);
    this.#chat = mergeChat(this.#chat, this.#joined.chat);
    this.#clock?.close();
    this.#clock = new ClockSync({
      now: machineTime,
      ask: (t0) => signaling.request({ type: 'clockSync', t0 }),
      onEstimate: ({ offset }) => this.#setClockOffset(offset),
    });
    this.#changed();
  }

  /** The connection made in advance, if it still stands; else a new one. */
  async #takeConnection(): Promise<ServerConnection> {
    const prepared = await this.#prepared?.catch(() => undefined);
    this.#prepared = undefined;
    if (prepared?.signaling.connected === true) return prepared;
    return connectToServer(this.#device);
  }

  /** Makes transports and publishes everything anew. */
  async #startMedia(): Promise<void> {
    const { local, support } = this.#options;
    if (this.#device === undefined) throw new Error('No device.');
    this.#closeMedia();
    const transports = new MediaTransports(
      this.#device,
      () => {
        if (this.#signaling === undefined) {
          throw new ClientError('server-gone', 'The connection to the server is closed.');
        }
        return this.#signaling.request;
      },
      transformSettings(support.supported ? support.api : undefined),
    );
    this.#transports = transports;
    await transports.open();
    const { downlink } = this.#options;
    if (downlink !== undefined) {
      await this.#signaling?.request({ type: 'limitDownlink', maxBitrate: downlink });
    }
    this.#inBackground(async () => {
      await local.setVp8Wanted(this.#joined?.vp8Wanted ?? false);
      await local.publish(transports);
    });
    const vp8Ssrcs = (): (number | undefined)[] =>
      [local.camera.vp8, local.screen.vp8].map(
        (sender) => sender?.producer.rtpParameters.encodings?.[0]?.ssrc,
      );
    this.#network = new NetworkSampler(
      () => transports.getStats('send'),
      (ssrc) => vp8Ssrcs().includes(ssrc),
      (sample) => this.#distribute(sample),
    );
  }

  #enter(): void {
    this.#setPhase('in-call');
    // Lost again in between: nobody else has noticed.
    if (this.#signaling?.connected === false) void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    this.#setPhase('reconnecting');
    for (let attempt = 0; ; attempt += 1) {
      const delay = reconnectDelay(attempt, Math.random);
      if (delay === undefined) {
        this.#end(
          'failed',
          new ClientError('server-gone', 'The server cannot be reached any more. Join again.'),
        );
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (this.#phase !== 'reconnecting') return;
      try {
        await this.#connect();
        await this.#resumeMedia();
        await this.#signaling?.request({ type: 'raiseHand', raised: this.#handRaised });
        this.#enter();
        return;
      } catch (cause) {
        const error = ClientError.from(cause, 'media-failed', 'The call could not be resumed.');
        if (error.code !== 'server-gone') {
          this.#end('failed', error);
          return;
        }
      }
    }
  }

  /** Keeps what the server kept, makes the rest anew. */
  async #resumeMedia(): Promise<void> {
    const joined = this.#joined;
    const transports = this.#transports;
    const kept = joined?.kept;
    const allKept =
      joined?.resumed === true &&
      transports !== undefined &&
      transports.transportIds.every((id) => kept?.transportIds.includes(id));
    if (!allKept) {
      await this.#startMedia();
      return;
    }
    this.remote.closeAllExcept(kept?.consumerIds ?? []);
    await transports.restartIce();
  }

  #handle(notification: Notification): void {
    switch (notification.type) {
      case 'peerJoined':
        this.#peers.set(notification.peer.id, notification.peer);
        this.emit('peerJoined', notification.peer);
        break;
      case 'peerUpdated': {
        const { peer } = notification;
        const before = this.#peers.get(peer.id);
        this.#peers.set(peer.id, peer);
        if (peer.handRaised && before?.handRaised === false) this.emit('handRaised', peer);
        break;
      }
      case 'peerLeft': {
        const peer = this.#peers.get(notification.peerId);
        this.#peers.delete(notification.peerId);
        for (const { encoder } of this.#innLayers()) encoder.removeReceiver(notification.peerId);
        if (peer !== undefined) this.emit('peerLeft', peer);
        break;
      }
      case 'consumerClosed':
        this.remote.close(notification.consumerId);
        break;
      case 'consumerPaused':
        this.remote.setPaused(notification.consumerId, notification.reason);
        break;
      case 'consumerResumed':
        this.remote.setPaused(notification.consumerId, undefined);
        break;
      case 'keyFrameWanted':
        this.#innLayers()
          .find(({ producer }) => producer.id === notification.producerId)
          ?.encoder.requestKeyFrame(notification.at);
        break;
      case 'feedback':
        this.#innLayers()
          .find(({ producer }) => producer.id === notification.producerId)
          ?.encoder.setFeedback(notification.fromPeerId, notification.report);
        return;
      case 'activeSpeaker':
        this.#activeSpeaker = notification.peerId ?? undefined;
        break;
      case 'chat':
        this.#addMessage(notification.message);
        this.emit('message', notification.message);
        break;
      case 'layersWanted':
        this.#options.local[notification.source].setWishes(
          notification.codec,
          new Map(notification.layers.map(({ layer, maxBitrate }) => [layer, { maxBitrate }])),
        );
        break;
      case 'vp8Wanted':
        this.#inBackground(() => this.#options.local.setVp8Wanted(notification.wanted));
        break;
      case 'mediaReset':
        this.#inBackground(() => this.#startMedia());
        break;
      case 'sessionReplaced':
        this.#end(
          'failed',
          new ClientError('server-refused', 'This call was opened in another window.'),
        );
        break;
      case 'serverClosing':
      case 'producerScore':
        return;
      case 'downlinkEstimate':
        this.#downlinkEstimate = notification.availableBitrate;
        return;
    }
    this.#changed();
  }

  async #accept(offer: NewConsumer, answer: (ack: NewConsumerAck) => void): Promise<void> {
    const transports = this.#transports;
    try {
      if (transports === undefined) throw new Error('No transport is open.');
      await this.remote.accept(offer, transports);
    } catch (cause) {
      answer({ ok: false, message: cause instanceof Error ? cause.message : String(cause) });
      return;
    }
    answer({ ok: true });
    this.#tell((signaling) =>
      signaling.request({ type: 'resumeConsumer', consumerId: offer.consumerId }),
    );
  }

  #addMessage(message: ChatMessage): void {
    this.#chat = mergeChat(this.#chat, [message]);
    this.#changed();
  }

  #innSources() {
    const { local } = this.#options;
    return [local.camera.inn, local.screen.inn].filter((sender) => sender !== undefined);
  }

  #innLayers() {
    return this.#innSources().flatMap(({ senders }) => senders);
  }

  #distribute(sample: NetworkSample): void {
    const { local } = this.#options;
    const active = [local.camera, local.screen].filter(
      ({ inn, track }) => inn !== undefined && track !== undefined,
    );
    const total = active.reduce((sum, { source }) => sum + WEIGHTS[source], 0);
    for (const { inn, source } of active) {
      inn?.setNetwork(shareOf(sample, sample.vp8Bitrate, WEIGHTS[source], total));
    }
  }

  #tellShown(videoId: string): void {
    const shown = this.#shown.get(videoId);
    const consumerId = this.remote.videos.get(videoId)?.receiver.offer.consumerId;
    if (shown === undefined || consumerId === undefined) {
      this.#shown.delete(videoId);
      return;
    }
    const { size, hidden } = shown;
    const limit = this.#receiveLimit;
    this.#tell((signaling) =>
      signaling.request({
        type: 'setConsumerPreferences',
        consumerId,
        width: Math.min(size.width, limit?.width ?? Infinity),
        height: Math.min(size.height, limit?.height ?? Infinity),
        paused: hidden,
        priority: 1,
      }),
    );
  }

  #setClockOffset(offset: number): void {
    this.#options.codec.decoders.setClockOffset(offset);
    for (const source of this.#innSources()) source.setClockOffset(offset);
  }

  #tell(send: (signaling: SignalingClient) => Promise<unknown>): void {
    const signaling = this.#signaling;
    if (signaling === undefined) return;
    // What is told here is repeated by itself or by a reconnect.
    send(signaling).catch(() => undefined);
  }

  #inBackground(job: () => Promise<void>): void {
    this.#work.run(job).catch((cause: unknown) => {
      this.#error = ClientError.from(cause, 'media-failed', 'The media connection failed.');
      this.#changed();
    });
  }

  get #ended(): boolean {
    return this.#phase === 'left' || this.#phase === 'failed';
  }

  #end(phase: 'left' | 'failed', error: ClientError | undefined): void {
    if (this.#ended) return;
    this.#error = error;
    this.#setPhase(phase);
    this.#forgetLocal();
    this.#watch?.close();
    this.#clock?.close();
    this.#closeMedia();
    void this.#options.local.publish(undefined);
    this.#signaling?.close();
    this.#signaling = undefined;
  }

  #closeMedia(): void {
    this.#network?.close();
    this.#network = undefined;
    this.remote.closeAllExcept([]);
    this.#transports?.close();
    this.#transports = undefined;
  }

  #setPhase(phase: CallPhase): void {
    this.#phase = phase;
    this.#changed();
  }

  #changed(): void {
    this.emit('changed', this.snapshot);
  }
}

/** What a restarted server has forgotten stays; what both know appears once. */
function mergeChat(kept: readonly ChatMessage[], received: readonly ChatMessage[]): ChatMessage[] {
  const known = new Set(kept.map(({ id }) => id));
  return [...kept, ...received.filter(({ id }) => !known.has(id))].slice(-MAX_CHAT);
}
