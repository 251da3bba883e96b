import { LIMITS, type RequestOf, type SourceSamples } from '@inncall/sfu/protocol';
import type { RemoteMedia } from './remoteMedia.js';

const JUDGE_INTERVAL_MS = 1_000;
const REPORT_INTERVAL_MS = 5_000;

export interface ReceptionWatchOptions {
  readonly remote: RemoteMedia;
  /** ms that decoding all received pictures takes per frame interval. */
  readonly onDecodeLoad: (ms: number) => void;
  /** Qualities were judged anew. */
  readonly onJudged: () => void;
  readonly report: (report: RequestOf<'reportStats'>) => void;
  /** Asks who sends the stream for samples of a picture (test mode). */
  readonly askSamples: (consumerId: string, drawnAt: number) => Promise<SourceSamples | null>;
}

/** Looks at what is received every second, and tells the server its latencies now and then. */
export class ReceptionWatch {
  readonly #options: ReceptionWatchOptions;
  readonly #timers: readonly ReturnType<typeof setInterval>[];

  constructor(options: ReceptionWatchOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => this.#judge(), JUDGE_INTERVAL_MS),
      setInterval(() => this.#report(), REPORT_INTERVAL_MS),
    ];
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #judge(): void {
    const { remote, onDecodeLoad, onJudged, askSamples } = this.#options;
    let decodeMs = 0;
    for (const video of remote.videos.values()) {
      video.judge();
      video.compareWithSource(askSamples).catch(() => undefined);
      decodeMs += video.stats?.decodeMs ?? 0;
    }
    onDecodeLoad(decodeMs);
    remote.alignAudio();
    onJudged();
  }

  #report(): void {
    const videos = [...this.#options.remote.videos.values()];
    const latency = videos.flatMap((video) =>
      [...video.takeSamples()].map(([stage, samplesMs]) => ({
        stage,
        codec: video.receiver.offer.appData.codec === 'inn' ? ('inn' as const) : ('vp8' as const),
        samplesMs,
      })),
    );
    const freezes = videos.reduce((sum, video) => sum + video.takeFreezes(), 0);
    const repairs = videos.flatMap((video) => video.takeRepairs());
    if (latency.length === 0 && freezes === 0 && repairs.length === 0) return;
    this.#options.report({
      type: 'reportStats',
      latency: latency.slice(0, LIMITS.latencyEntries),
      freezes,
      repairs: repairs.slice(-LIMITS.repairs),
    });
  }
}
