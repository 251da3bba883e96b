import { LIMITS, type LatencyStage } from '@inncall/sfu/protocol';
import { readPicture } from '../capture/framePicture.js';
import type { DecodeStats, FrameTimeline, Picture } from '../codec-worker/messages.js';
import { PresentedFrames, type PresentedFrame } from '../latency/presentedFrames.js';
import { StageSamples, type StageSummary } from '../latency/stageSamples.js';
import { InnReceiver, type MediaReceiver } from '../receivePipeline.js';
import { judgeReception, type ConnectionQuality } from './connectionQuality.js';

const KEPT_FRAMES = 256;

export type StageSummaries = Readonly<Partial<Record<LatencyStage, StageSummary>>>;

/** A received video with everything that is measured of it. */
export class ReceivedVideo {
  readonly receiver: MediaReceiver;
  readonly #clockOffset: () => number;
  readonly #stages = new Map<LatencyStage, StageSamples>();
  /** Room time of display by capture time, for frames whose timeline is not here yet. */
  readonly #presentedAt = new Map<number, number>();
  #unreported = new Map<LatencyStage, number[]>();
  #element: HTMLVideoElement | undefined;
  #presented: PresentedFrames | undefined;
  #presentedBefore = 0;
  #stats: DecodeStats | undefined;
  #lastJudged: DecodeStats | undefined;
  #freezesReported = 0;
  #quality: ConnectionQuality = judgeReception(undefined);

  /** @param clockOffset room time minus machine time, ms */
  constructor(receiver: MediaReceiver, clockOffset: () => number) {
    this.receiver = receiver;
    this.#clockOffset = clockOffset;
    if (receiver instanceof InnReceiver) {
      receiver.decoder.on('stats', ({ stats, timelines }) => {
        this.#stats = stats;
        for (const timeline of timelines) this.#addTimeline(timeline);
      });
    }
  }

  /** What the decode worker counted; `undefined` for VP8. */
  get stats(): DecodeStats | undefined {
    return this.#stats;
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
  async shownPicture(): Promise<Picture | undefined> {
    if (this.#element === undefined || this.#element.readyState < 2) return undefined;
    const frame = new VideoFrame(this.#element);
    try {
      const { width, height, data } = await readPicture(frame);
      return { width, height, data, captureTime: frame.timestamp / 1000 };
    } finally {
      frame.close();
    }
  }

  /** Judges the time since the last call. */
  judge(): ConnectionQuality {
    const stats = this.#stats;
    if (stats === undefined) {
      this.#quality =
        this.framesPresented > 0
          ? { level: 'good', reason: 'Picture and sound arrive' }
          : judgeReception(undefined);
      return this.#quality;
    }
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
    const total = this.#stats?.freezes ?? 0;
    const fresh = total - this.#freezesReported;
    this.#freezesReported = total;
    return fresh;
  }

  close(): void {
    this.#stopWatching();
    this.receiver.close();
  }

  #stopWatching(): void {
    this.#presentedBefore = this.framesPresented;
    this.#presented?.close();
    this.#presented = undefined;
    this.#element = undefined;
  }

  #notePresented({ mediaTime, presentedAt }: PresentedFrame): void {
    this.#presentedAt.set(tickOf(mediaTime), presentedAt + this.#clockOffset());
    if (this.#presentedAt.size > KEPT_FRAMES) {
      const oldest = this.#presentedAt.keys().next();
      if (oldest.done !== true) this.#presentedAt.delete(oldest.value);
    }
  }

  #addTimeline(line: FrameTimeline): void {
    this.#add('captureToEncode', line.encodeStart - line.captureTime);
    this.#add('encode', line.encodeEnd - line.encodeStart);
    this.#add('encodeToSend', line.sent - line.encodeEnd);
    this.#add('network', line.received - line.sent);
    this.#add('receiveToDecode', line.decodeStart - line.received);
    this.#add('decode', line.decodeEnd - line.decodeStart);
    const presentedAt = this.#presentedAt.get(tickOf(line.captureTime));
    if (presentedAt === undefined) return;
    this.#add('decodeToDisplay', presentedAt - line.decodeEnd);
    this.#add('captureToDisplay', presentedAt - line.captureTime);
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
