import { LIMITS, type LatencyStage, type Repair, type SourceSamples } from '@inncall/sfu/protocol';
import { readPicture } from '../capture/framePicture.js';
import { machineTime } from '../codec-worker/machineTime.js';
import type { DecodeStats, FrameTimeline } from '../codec-worker/messages.js';
import { CaptureCheck, type CaptureCheckReport } from '../latency/captureCheck.js';
import { captureTimeOf, newestSource } from '../latency/absCaptureClock.js';
import { GlassToGlass, type GlassToGlassReport } from '../latency/glassToGlass.js';
import { PresentedFrames, type PresentedFrame } from '../latency/presentedFrames.js';
import { codeLevels, readTimeCode } from '../latency/timeCode.js';
import { StageSamples, type StageSummary } from '../latency/stageSamples.js';
import {
  PictureQuality,
  type PictureQualityReport,
  type ShownPicture,
} from '../quality/pictureQuality.js';
import { InnReceiver, type InnTrack, type MediaReceiver } from '../receivePipeline.js';
import { judgeReception, type ConnectionQuality } from './connectionQuality.js';
import { sumStats } from './layerStats.js';
import { inboundStream } from './inboundStream.js';
import { PlainReception } from './plainReception.js';
import { ReceivedBitrate } from './receivedBitrate.js';

const KEPT_FRAMES = 256;
/** One or two seconds: what steering follows. */
const RECENT_FRAMES = 30;
/** The first pictures are late, since everything is cold; sound must not be stretched for them, ms. */
const COLD_MS = 2_000;

export type StageSummaries = Readonly<Partial<Record<LatencyStage, StageSummary>>>;

/** What lip-sync has to know of a picture, ms. */
export interface PictureTiming {
  /** Capture to display. */
  readonly videoLatencyMs: number | undefined;
  /** The same if no picture waited; `undefined` for VP8, which cannot be made to wait. */
  readonly ownLatencyMs: number | undefined;
  /** What has to be added to times taken from the sender's own clock to get those above. */
  readonly clockDifferenceMs: number;
}

interface ShownFrame {
  /** Room time, ms. */
  readonly presentedAt: number;
  /** Latency by the time drawn into the picture, ms. */
  readonly codeLatency: number | undefined;
}

export interface ReceivedVideoOptions {
  /** Room time minus machine time, ms. */
  readonly clockOffset: () => number;
  /** Test mode: read time codes off the shown pictures, and compare these with the captured ones. */
  readonly timeCode: boolean;
  /** The picture became exact, or is no longer. */
  readonly onExactChanged: () => void;
}

/**
 * A received video with everything that is measured of it: one stream, or the
 * layers of one INN source, of which one is shown.
 */
export class ReceivedVideo {
  /** The consumer that it began with. */
  readonly id: string;
  readonly #track: InnTrack | undefined;
  readonly #layers = new Map<string, MediaReceiver>();
  readonly #layerStats = new Map<string, DecodeStats>();
  #receiver: MediaReceiver;
  #closedStats: DecodeStats | undefined;
  #layerSwitches = 0;
  #longestSwitchGapMs = 0;
  readonly #clockOffset: () => number;
  readonly #onExactChanged: () => void;
  readonly #glassToGlass: GlassToGlass | undefined;
  readonly #pictureQuality: PictureQuality | undefined;
  readonly #bitrate = new ReceivedBitrate();
  readonly #plainReception = new PlainReception();
  readonly #stages = new Map<LatencyStage, StageSamples>();
  readonly #captureCheck = new CaptureCheck();
  /** Recent ones only: capture to shown track of a picture that does not wait, and from there on. */
  readonly #ready = new StageSamples(RECENT_FRAMES);
  readonly #display = new StageSamples(RECENT_FRAMES);
  readonly #latency = new StageSamples(RECENT_FRAMES);
  /** Decoding time of the first picture that steering follows, machine time. */
  #steadyFrom: number | undefined;
  /** What is known of shown frames by capture time, until their timeline is here. */
  readonly #shown = new Map<number, ShownFrame>();
  #unreported = new Map<LatencyStage, number[]>();
  #element: HTMLVideoElement | undefined;
  #presented: PresentedFrames | undefined;
  #presentedBefore = 0;
  /** Capture time of the picture on the screen, room time. */
  #shownTime: number | undefined;
  #exact = false;
  #lastJudged: DecodeStats | undefined;
  #freezesReported = 0;
  #repairsUnreported: Repair[] = [];
  #quality: ConnectionQuality = judgeReception(undefined);

  /** @param track of an INN source; closed with the video */
  constructor(
    receiver: MediaReceiver,
    { clockOffset, timeCode, onExactChanged }: ReceivedVideoOptions,
    track?: InnTrack,
  ) {
    this.id = receiver.offer.consumerId;
    this.#receiver = receiver;
    this.#clockOffset = clockOffset;
    if (timeCode) {
      this.#glassToGlass = new GlassToGlass();
      this.#pictureQuality = new PictureQuality();
    }
    this.#onExactChanged = onExactChanged;
    this.#track = track;
    this.addLayer(receiver);
  }

  /** The layer that is shown. */
  get receiver(): MediaReceiver {
    return this.#receiver;
  }

  get consumerIds(): string[] {
    return [...this.#layers.keys()];
  }

  /** Changes of the shown layer so far. */
  get layerSwitches(): number {
    return this.#layerSwitches;
  }

  /** Longest pause between the last picture of one layer and the first of the next, ms. */
  get longestSwitchGapMs(): number {
    return this.#longestSwitchGapMs;
  }

  /** Another layer of the same source; it is shown from its first picture on. */
  addLayer(receiver: MediaReceiver): void {
    const { consumerId } = receiver.offer;
    this.#layers.set(consumerId, receiver);
    if (!(receiver instanceof InnReceiver)) return;
    receiver.decoder.on('stats', ({ stats, timelines, repairs }) => {
      this.#layerStats.set(consumerId, stats);
      this.#updateExact();
      this.#repairsUnreported = [...this.#repairsUnreported, ...repairs].slice(-LIMITS.repairs);
      if (receiver !== this.#receiver) return;
      for (const timeline of timelines) this.#addTimeline(timeline);
    });
    receiver.decoder.on('shown', ({ gapMs }) => {
      if (receiver === this.#receiver) return;
      this.#receiver = receiver;
      this.#layerSwitches += 1;
      this.#longestSwitchGapMs = Math.max(this.#longestSwitchGapMs, gapMs);
    });
  }

  /** @returns whether a layer is left */
  removeLayer(consumerId: string): boolean {
    const removed = this.#layers.get(consumerId);
    const stats = this.#layerStats.get(consumerId);
    if (stats !== undefined) this.#closedStats = sumStats(this.#closedStats, stats);
    this.#layerStats.delete(consumerId);
    this.#layers.delete(consumerId);
    removed?.close();
    const [left] = this.#layers.values();
    if (left === undefined) return false;
    if (removed === this.#receiver) this.#receiver = left;
    return true;
  }

  /** The server sends this layer from now on, or no more. */
  setFlowing(consumerId: string, flowing: boolean): void {
    const layer = this.#layers.get(consumerId);
    if (!(layer instanceof InnReceiver)) return;
    if (flowing) layer.decoder.prefer();
    else layer.decoder.standStill();
  }

  /** What the decode worker counted of all layers, sizes of the shown one; `undefined` for VP8. */
  get stats(): DecodeStats | undefined {
    const shown = this.#layerStats.get(this.#receiver.offer.consumerId);
    const others = [...this.#layerStats.values()].filter((stats) => stats !== shown);
    return [this.#closedStats, ...others, shown].reduce(
      (sum, stats) => (stats === undefined ? sum : sumStats(sum, stats)),
      undefined,
    );
  }

  /** Frames that the compositor took while an element was attached. */
  get framesPresented(): number {
    return this.#presentedBefore + (this.#presented?.presented ?? 0);
  }

  get stages(): StageSummaries {
    return Object.fromEntries(
      [...this.#stages].flatMap(([stage, samples]) => {
        const summary = samples.summary();
        return summary === undefined ? [] : [[stage, summary]];
      }),
    );
  }

  get timing(): PictureTiming {
    const [ready, display] = [this.#ready.summary(), this.#display.summary()];
    return {
      videoLatencyMs: this.#latency.summary()?.p50,
      ownLatencyMs: ready && display && ready.p50 + display.p50,
      clockDifferenceMs: this.#captureCheck.report?.differenceMs ?? 0,
    };
  }

  /** abs-capture-time against our stamps (INN). */
  get captureCheck(): CaptureCheckReport | undefined {
    return this.#captureCheck.report;
  }

  /** Pictures are not shown before they are this old, ms; 0: none waits. */
  setPictureLatency(ms: number): void {
    const least = Math.max(0, ms - (this.#display.summary()?.p50 ?? 0));
    for (const layer of this.#layers.values()) {
      if (layer instanceof InnReceiver) layer.decoder.setLeastLatency(least);
    }
  }

  /** Whether the picture on the screen is the captured one, sample for sample. */
  get exact(): boolean {
    return this.#exact;
  }

  /** `undefined` where no time codes are looked for. */
  get glassToGlass(): GlassToGlassReport | undefined {
    return this.#glassToGlass?.report;
  }

  /** Of the shown pictures, in test mode and where the sender is in test mode too. */
  get pictureQuality(): PictureQualityReport | undefined {
    return this.#pictureQuality?.report;
  }

  /** What arrived in the last second, bit/s. */
  get bitrate(): number | undefined {
    return this.#bitrate.latest;
  }

  get quality(): ConnectionQuality {
    return this.#quality;
  }

  /** Measures what this element shows of the stream from now on. */
  watch(element: HTMLVideoElement): () => void {
    this.#stopWatching();
    const presented = new PresentedFrames(element, (frame) => this.#notePresented(frame));
    this.#presented = presented;
    this.#element = element;
    return () => {
      if (this.#presented === presented) this.#stopWatching();
    };
  }

  /** Copy of the picture that is shown now; its time is the capture time for INN. */
  async shownPicture(): Promise<ShownPicture | undefined> {
    if (this.#element === undefined || this.#element.readyState < 2) return undefined;
    const frame = new VideoFrame(this.#element);
    try {
      const { width, height, data } = await readPicture(frame);
      const picture = { width, height, data, captureTime: frame.timestamp / 1000 };
      if (this.#glassToGlass === undefined) return picture;
      const now = machineTime() + this.#clockOffset();
      return { ...picture, drawnAt: readTimeCode(codeLevels(picture), now) };
    } finally {
      frame.close();
    }
  }

  /** Compares the picture that is shown with what was captured (test mode; else nothing). */
  async compareWithSource(
    ask: (consumerId: string, drawnAt: number) => Promise<SourceSamples | null>,
  ): Promise<void> {
    await this.#pictureQuality?.compare(
      () => this.shownPicture(),
      (drawnAt) => ask(this.#receiver.offer.consumerId, drawnAt),
    );
  }

  /** Judges the time since the last call. */
  judge(): ConnectionQuality {
    const { stats } = this;
    void this.#lookAtStreams();
    if (stats === undefined) return this.#quality;
    const before = this.#lastJudged;
    this.#lastJudged = stats;
    const missing = stats.missing - (before?.missing ?? 0);
    const received = stats.received - (before?.received ?? 0);
    this.#quality = judgeReception({
      missingShare: missing / Math.max(1, missing + received),
      freezes: stats.freezes - (before?.freezes ?? 0),
      latencyMs: this.#stages.get('captureToDisplay')?.summary()?.p50,
      framesShown: stats.rendered,
    });
    return this.#quality;
  }

  /** Samples since the last call, ms, for the server's histograms. */
  takeSamples(): ReadonlyMap<LatencyStage, number[]> {
    const samples = this.#unreported;
    this.#unreported = new Map();
    return samples;
  }

  /** Freezes since the last call. */
  takeFreezes(): number {
    const total = this.stats?.freezes ?? 0;
    const fresh = total - this.#freezesReported;
    this.#freezesReported = total;
    return fresh;
  }

  /** Repairs since the last call. */
  takeRepairs(): Repair[] {
    const repairs = this.#repairsUnreported;
    this.#repairsUnreported = [];
    return repairs;
  }

  close(): void {
    this.#stopWatching();
    for (const layer of this.#layers.values()) layer.close();
    this.#track?.close();
  }

  /** The browser's own counters, a moment later: all that is known of VP8. */
  async #lookAtStreams(): Promise<void> {
    const consumers = [...this.#layers.values()].map(({ consumer }) => consumer);
    // A consumer that closes under the reader is no error.
    const looks = consumers.map((consumer) => consumer.getStats().catch(() => undefined));
    const streams = (await Promise.all(looks)).flatMap((stats) => inboundStream(stats) ?? []);
    this.#bitrate.look(streams);
    if (this.receiver instanceof InnReceiver) return;
    const report = this.#plainReception.look(streams[0]);
    if (report !== undefined) this.#quality = judgeReception(report);
  }

  #stopWatching(): void {
    this.#presentedBefore = this.framesPresented;
    this.#presented?.close();
    this.#presented = undefined;
    this.#element = undefined;
    this.#shownTime = undefined;
    this.#updateExact();
  }

  #updateExact(): void {
    const since = this.#layerStats.get(this.#receiver.offer.consumerId)?.exactSince;
    const exact = since !== undefined && tickOf(this.#shownTime ?? -Infinity) >= tickOf(since);
    if (exact === this.#exact) return;
    this.#exact = exact;
    this.#onExactChanged();
  }

  #notePresented({ mediaTime, presentedAt, rtpTimestamp }: PresentedFrame): void {
    if (rtpTimestamp !== undefined) this.#addPlainFrame(rtpTimestamp, presentedAt);
    // Nothing can be seen before it is looked at.
    const seenAt = Math.max(machineTime(), presentedAt) + this.#clockOffset();
    const codeLatency = this.#element && this.#glassToGlass?.look(this.#element, seenAt);
    this.#shownTime = mediaTime;
    this.#updateExact();
    this.#shown.set(tickOf(mediaTime), {
      presentedAt: presentedAt + this.#clockOffset(),
      codeLatency,
    });
    if (this.#shown.size > KEPT_FRAMES) {
      const oldest = this.#shown.keys().next();
      if (oldest.done !== true) this.#shown.delete(oldest.value);
    }
  }

  /** A frame that the browser decoded itself: its capture time is in its RTP header. */
  #addPlainFrame(rtpTimestamp: number, presentedAt: number): void {
    const rtpReceiver = this.receiver.consumer.rtpReceiver;
    const source = rtpReceiver && newestSource(rtpReceiver);
    if (source === undefined) return;
    const latencyMs = presentedAt - captureTimeOf(source, rtpTimestamp);
    this.#add('captureToDisplay', latencyMs);
    this.#latency.add(latencyMs);
  }

  #addTimeline(line: FrameTimeline): void {
    this.#add('captureToEncode', line.encodeStart - line.captureTime);
    this.#add('encode', line.encodeEnd - line.encodeStart);
    this.#add('encodeToSend', line.sent - line.encodeEnd);
    this.#add('network', line.received - line.sent);
    this.#add('receiveToDecode', line.decodeStart - line.received);
    this.#add('decode', line.decodeEnd - line.decodeStart);
    this.#steadyFrom ??= line.decodeEnd + COLD_MS;
    const steady = line.decodeEnd >= this.#steadyFrom;
    if (steady) this.#ready.add(line.decodeEnd - line.captureTime);
    if (line.absCaptureTime !== undefined) {
      this.#captureCheck.add(line.absCaptureTime + this.#clockOffset(), line.captureTime);
    }
    const shown = this.#shown.get(tickOf(line.captureTime));
    if (shown === undefined) return;
    const { presentedAt, codeLatency } = shown;
    this.#add('decodeToDisplay', presentedAt - line.decodeEnd);
    this.#add('captureToDisplay', presentedAt - line.captureTime);
    this.#latency.add(presentedAt - line.captureTime);
    if (steady) this.#display.add(presentedAt - line.shownAt);
    if (codeLatency !== undefined) {
      this.#glassToGlass?.compare(codeLatency, presentedAt - line.captureTime);
    }
  }

  #add(stage: LatencyStage, ms: number): void {
    let samples = this.#stages.get(stage);
    if (samples === undefined) {
      samples = new StageSamples();
      this.#stages.set(stage, samples);
    }
    samples.add(ms);
    const unreported = this.#unreported.get(stage) ?? [];
    this.#unreported.set(stage, unreported);
    // What the server takes of one report.
    if (unreported.length < LIMITS.latencySamples) {
      unreported.push(Math.min(60_000, Math.max(0, ms)));
    }
  }
}

/** Capture times travel in ticks of 0.1 ms. */
function tickOf(ms: number): number {
  return Math.round(ms * 10);
}
