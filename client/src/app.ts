import { listDevices } from './capture/devices.js';
import { playTestSound } from './capture/speakerTest.js';
import { CodecWorkers } from './codec-worker/codecWorkers.js';
import { machineTime } from './codec-worker/machineTime.js';
import { ClientError } from './errors.js';
import { CallSession } from './room/callSession.js';
import { connectToServer, type ServerConnection } from './room/serverConnection.js';
import { collectStats, type CallStats } from './room/callStats.js';
import { LocalMedia } from './room/localMedia.js';
import { SelfCheck, UNCHECKED } from './selfCheck/selfCheck.js';
import {
  cameraTarget,
  inventRoomName,
  receiveLimit,
  type Quality,
  type UrlOptions,
} from './settings.js';
import type { AppActions } from './state/actions.js';
import { NO_MEDIA, useApp, type CallSummary } from './state/appStore.js';
import { usePreferences } from './state/preferencesStore.js';
import { addStats, clearStats, useStats } from './state/statsStore.js';
import { findInnSupport, type InnSupport } from './transport/innSupport.js';
import { notify } from './state/notices.js';

const STATS_INTERVAL_MS = 1_000;

/** Holds the managers, does what the interface asks, mirrors them in the stores. */
export class InnCallApp implements AppActions {
  readonly #url: UrlOptions;
  #support: InnSupport;
  #codec: CodecWorkers;
  #local: LocalMedia;
  #selfCheck: SelfCheck;
  #session: CallSession | undefined;
  #warm: Promise<void>;
  #connection: Promise<ServerConnection>;
  #statsTimer: ReturnType<typeof setInterval> | undefined;
  #peopleSeen = new Set<string>();
  #seconds = { judged: 0, good: 0 };

  constructor(url: UrlOptions) {
    this.#url = url;
    useApp.setState({ room: url.room ?? inventRoomName(Math.random) });
    this.#support = this.#findSupport();
    this.#codec = new CodecWorkers(navigator.hardwareConcurrency);
    this.#local = this.#createLocal();
    this.#warm = this.#warmUp();
    this.#connection = this.#connect();
    this.#selfCheck = this.#createSelfCheck();
    void this.#openDevices();
    if ('mediaDevices' in navigator) {
      navigator.mediaDevices.addEventListener('devicechange', () => void this.#updateDevices());
    }
    window.addEventListener('pagehide', () => void this.#session?.leave());
  }

  /** Present numbers of the call; `undefined` outside of one. */
  get stats(): CallStats | undefined {
    if (this.#session === undefined) return undefined;
    return collectStats(this.#session, this.#local, machineTime() + this.#session.clockOffset);
  }

  get session(): CallSession | undefined {
    return this.#session;
  }

  get local(): LocalMedia {
    return this.#local;
  }

  setCameraOn(on: boolean): void {
    void this.#local.setCameraOn(on).then(() => this.#updateDevices());
  }

  setMicOn(on: boolean): void {
    void this.#local.setMicOn(on).then(() => this.#updateDevices());
  }

  chooseCamera(deviceId: string): void {
    usePreferences.setState({ cameraId: deviceId });
    void this.#local.chooseCamera(deviceId);
  }

  chooseMic(deviceId: string): void {
    usePreferences.setState({ micId: deviceId });
    void this.#local.chooseMic(deviceId);
  }

  chooseSpeaker(deviceId: string): void {
    usePreferences.setState({ speakerId: deviceId });
    this.#session?.remote.setSpeaker(deviceId);
  }

  testSpeaker(): void {
    playTestSound(usePreferences.getState().speakerId).catch((cause: unknown) =>
      notify(
        ClientError.from(cause, 'media-failed', 'No sound could be played. Check the speaker.'),
      ),
    );
  }

  setQuality(quality: Quality): void {
    usePreferences.setState({ quality });
    this.#session?.setReceiveLimit(receiveLimit(quality));
    void this.#local.setCameraTarget(cameraTarget(quality, this.#url));
    if (this.#session === undefined) void this.#warm.then(() => this.#checkEncoder());
  }

  setVp8Only(vp8Only: boolean): void {
    usePreferences.setState({ vp8Only });
    if (this.#session !== undefined) return;
    // Who sends what is settled at the join; before it, the choice changes all.
    void this.#restart();
  }

  setDisplayName(displayName: string): void {
    usePreferences.setState({ displayName });
  }

  setRoom(room: string): void {
    useApp.setState({ room });
  }

  checkAgain(): void {
    this.#connection.then(
      ({ signaling }) => signaling.close(),
      () => undefined,
    );
    this.#connection = this.#connect();
    void this.#selfCheck.checkConnection(this.#connection);
    void this.#warm.then(() => this.#checkEncoder());
    void this.#openMissingDevices();
  }

  join(): void {
    void this.#join();
  }

  leave(): void {
    void this.#session?.leave();
  }

  backToJoin(): void {
    useApp.setState({ view: 'join', summary: undefined, joinError: undefined });
    void this.#restart();
  }

  setScreenOn(on: boolean): void {
    const change = on ? this.#local.startScreen() : this.#local.stopScreen();
    change.catch((cause: unknown) =>
      notify(ClientError.from(cause, 'screen-refused', 'The screen could not be shared.')),
    );
  }

  say(text: string): void {
    this.#attempt(this.#session?.say(text), 'The message was not sent.');
  }

  raiseHand(raised: boolean): void {
    this.#attempt(this.#session?.raiseHand(raised), 'The hand could not be raised.');
  }

  watchVideo(consumerId: string, element: HTMLVideoElement): () => void {
    return this.#session?.remote.videos.get(consumerId)?.watch(element) ?? (() => undefined);
  }

  setVideoPreferences(
    consumerId: string,
    size: { readonly width: number; readonly height: number },
    hidden: boolean,
  ): void {
    this.#session?.setVideoPreferences(consumerId, size, hidden);
  }

  setCompareMode(enabled: boolean): void {
    this.#session?.setCompareMode(enabled);
  }

  #findSupport(): InnSupport {
    const vp8Only = this.#url.vp8Only || usePreferences.getState().vp8Only;
    return findInnSupport(vp8Only, this.#url.transform);
  }

  #createLocal(): LocalMedia {
    const { quality, cameraId, micId } = usePreferences.getState();
    const local = new LocalMedia({
      codec: this.#codec,
      cameraTarget: cameraTarget(quality, this.#url),
      api: this.#support.supported ? this.#support.api : undefined,
      probe: this.#url.probe,
      timeCode: this.#url.timeCode,
      layers: this.#url.layers,
      clockOffset: () => this.#session?.clockOffset ?? 0,
    });
    local.chooseDevices(cameraId, micId);
    local.on('changed', () => {
      useApp.setState({ media: local.state });
      this.#selfCheck.noteMedia(local.state);
    });
    return local;
  }

  /** Starts with what does not need the devices; these come by `noteMedia`. */
  #createSelfCheck(): SelfCheck {
    const selfCheck = new SelfCheck();
    useApp.setState({ selfCheck: UNCHECKED });
    selfCheck.on('changed', (state) => useApp.setState({ selfCheck: state }));
    void this.#warm.then(() => this.#checkEncoder());
    void selfCheck.checkConnection(this.#connection);
    return selfCheck;
  }

  #checkEncoder(): Promise<void> {
    if (!this.#support.supported) {
      this.#selfCheck.noteVp8(this.#support.reason);
      return Promise.resolve();
    }
    const { quality } = usePreferences.getState();
    return this.#selfCheck.checkEncoder(this.#codec, cameraTarget(quality, this.#url));
  }

  /** In advance, so that joining is quick and the join page can say that the server is away. */
  #connect(): Promise<ServerConnection> {
    const connection = connectToServer();
    useApp.setState({ joinError: undefined });
    connection.catch((cause: unknown) => {
      useApp.setState({
        joinError: ClientError.from(cause, 'server-gone', 'The server does not answer.'),
      });
    });
    return connection;
  }

  async #warmUp(): Promise<void> {
    if (!this.#support.supported) {
      useApp.setState({ codec: { status: 'vp8', reason: this.#support.reason } });
      return;
    }
    useApp.setState({ codec: { status: 'loading' } });
    try {
      await this.#codec.warmUp();
      useApp.setState({ codec: { status: 'ready' } });
    } catch (cause) {
      const { message } = ClientError.from(cause, 'codec-failed', 'The codec could not be loaded.');
      this.#support = { supported: false, reason: message };
      useApp.setState({ codec: { status: 'vp8', reason: message } });
    }
  }

  /** New workers and devices, for another call. */
  async #restart(): Promise<void> {
    this.#selfCheck.close();
    await this.#local.close();
    this.#codec.close();
    useApp.setState({ media: NO_MEDIA });
    this.#support = this.#findSupport();
    this.#codec = new CodecWorkers(navigator.hardwareConcurrency);
    this.#local = this.#createLocal();
    this.#warm = this.#warmUp();
    this.#connection = this.#connect();
    this.#selfCheck = this.#createSelfCheck();
    await this.#openDevices();
  }

  async #openDevices(): Promise<void> {
    await this.#local.setCameraOn(true);
    await this.#local.setMicOn(true);
    await this.#updateDevices();
  }

  /** What a person may have connected or allowed since the last try. */
  async #openMissingDevices(): Promise<void> {
    const { cameraError, micError } = this.#local.state;
    if (cameraError !== undefined) await this.#local.setCameraOn(true);
    if (micError !== undefined) await this.#local.setMicOn(true);
    await this.#updateDevices();
  }

  async #updateDevices(): Promise<void> {
    if ('mediaDevices' in navigator) useApp.setState({ devices: await listDevices() });
  }

  async #join(): Promise<void> {
    const { room, joining } = useApp.getState();
    if (joining) return;
    useApp.setState({ joining: true, joinError: undefined });
    await this.#warm;
    const session = new CallSession({
      room,
      displayName: usePreferences.getState().displayName.trim(),
      local: this.#local,
      codec: this.#codec,
      support: this.#support,
      downlink: this.#url.downlink,
      prepared: this.#connection,
      timeCode: this.#url.timeCode,
    });
    this.#session = session;
    this.#peopleSeen = new Set();
    session.on('changed', (call) => {
      for (const peer of call.peers) this.#peopleSeen.add(peer.displayName);
      const before = useApp.getState().call?.phase;
      if (before === 'reconnecting' && call.phase === 'in-call') notify('You are connected again');
      useApp.setState({ call });
      if (call.phase === 'left') this.#finish(undefined);
      else if (call.phase === 'failed' && call.joinedAt !== undefined) this.#finish(call.error);
    });
    session.on('peerJoined', ({ displayName }) => notify(`${displayName} joined`));
    session.on('peerLeft', ({ displayName }) => notify(`${displayName} left`));
    session.on('handRaised', ({ displayName }) => notify(`${displayName} raises a hand`));
    try {
      await session.join();
    } catch (cause) {
      this.#session = undefined;
      useApp.setState({
        joining: false,
        call: undefined,
        joinError: ClientError.from(cause, 'media-failed', 'The call could not start. Try again.'),
      });
      return;
    }
    const { speakerId, quality } = usePreferences.getState();
    session.setReceiveLimit(receiveLimit(quality));
    if (speakerId !== undefined) session.remote.setSpeaker(speakerId);
    history.replaceState(null, '', this.#linkTo(room));
    clearStats();
    this.#seconds = { judged: 0, good: 0 };
    this.#statsTimer = setInterval(() => {
      if (this.stats !== undefined) addStats(this.stats);
      this.#countQuality();
    }, STATS_INTERVAL_MS);
    this.#selfCheck.close();
    useApp.setState({ view: 'call', joining: false });
  }

  /** Once a second: whether every picture that was judged came well. */
  #countQuality(): void {
    const levels = (useApp.getState().call?.peers ?? [])
      .map(({ quality }) => quality.level)
      .filter((level) => level !== 'unknown');
    if (levels.length === 0) return;
    this.#seconds.judged += 1;
    if (levels.every((level) => level === 'good')) this.#seconds.good += 1;
  }

  #linkTo(room: string): string {
    const link = new URL(window.location.href);
    link.searchParams.set('room', room);
    return link.href;
  }

  #finish(error: ClientError | undefined): void {
    clearInterval(this.#statsTimer);
    const { call } = useApp.getState();
    this.#session?.clear();
    this.#session = undefined;
    void this.#local.close();
    useApp.setState({
      view: 'left',
      call: undefined,
      summary: this.#summarize(call?.room ?? '', call?.joinedAt, error),
    });
  }

  #summarize(room: string, joinedAt: number | undefined, error?: ClientError): CallSummary {
    const last = useStats.getState().samples.at(-1);
    const consumers = last?.consumers ?? [];
    const latencies = consumers.flatMap(({ stages }) => stages.captureToDisplay ?? []);
    const worst = (value: (stage: { p50: number; p95: number }) => number) =>
      latencies.length === 0 ? undefined : Math.max(...latencies.map(value));
    const { judged, good } = this.#seconds;
    return {
      room,
      minutes: joinedAt === undefined ? 0 : (machineTime() - joinedAt) / 60_000,
      people: this.#peopleSeen.size,
      framesShown: consumers.reduce((sum, { framesPresented }) => sum + framesPresented, 0),
      freezes: consumers.reduce((sum, { stats }) => sum + (stats?.freezes ?? 0), 0),
      latencyMs: worst(({ p50 }) => p50),
      latencyP95Ms: worst(({ p95 }) => p95),
      goodShare: judged === 0 ? undefined : good / judged,
      error,
    };
  }

  #attempt(action: Promise<void> | undefined, message: string): void {
    action?.catch((cause: unknown) => notify(ClientError.from(cause, 'server-gone', message)));
  }
}
