import { newestSource } from './absCaptureClock.js';
import { median } from './stageSamples.js';

/** A packet of 20 ms is played in two parts; the later one has waited 10 ms more. */
const HALF_PART_MS = 5;
/** What was played longer ago tells nothing of the present (muted, or silence). */
const MAX_AGE_MS = 500;
const READINGS = 5;

/** Sums over all samples, s, with their count. */
interface DelaySum {
  readonly delay: number;
  readonly samples: number;
}

/** The members of statistics entries that are read here. */
interface AudioStats {
  readonly type: string;
  readonly totalPlayoutDelay?: number;
  readonly totalSamplesCount?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
}

export interface AudioLatencyReading {
  /**
   * From the sender's microphone to the ear, ms, by the machines' own clocks: the sender's at
   * capture, this one's at the ear. `undefined` while nothing is heard.
   */
  readonly latencyMs: number | undefined;
  /** What the sound waited in the jitter buffer since the last reading, ms. */
  readonly bufferMs: number;
}

/**
 * Measures how long a received sound takes, by its abs-capture-time: when what
 * was captured left the jitter buffer, and what the browser says of the way
 * from there to the loudspeaker.
 */
export class AudioLatency {
  readonly #receiver: RTCRtpReceiver;
  readonly #readings: number[] = [];
  readonly #playout = new MeanDelay();
  readonly #buffer = new MeanDelay();

  constructor(receiver: RTCRtpReceiver) {
    this.#receiver = receiver;
  }

  /** @param now machine time, ms */
  async read(now: number): Promise<AudioLatencyReading> {
    for (const entry of (await this.#receiver.getStats()).values()) {
      const stats = entry as AudioStats;
      if (stats.type === 'media-playout') {
        this.#playout.add(stats.totalPlayoutDelay, stats.totalSamplesCount);
      } else if (stats.type === 'inbound-rtp') {
        this.#buffer.add(stats.jitterBufferDelay, stats.jitterBufferEmittedCount);
      }
    }
    const source = newestSource(this.#receiver);
    if (source === undefined || now - source.timestamp > MAX_AGE_MS) {
      this.#readings.length = 0;
    } else {
      const inBrowserMs = source.timestamp - source.capturedAt - HALF_PART_MS;
      this.#readings.push(inBrowserMs + this.#playout.latestMs);
      if (this.#readings.length > READINGS) this.#readings.shift();
    }
    return {
      latencyMs: this.#readings.length === 0 ? undefined : median(this.#readings),
      bufferMs: this.#buffer.latestMs,
    };
  }
}

/** Mean delay of the samples that came between two looks at a running sum. */
class MeanDelay {
  #before: DelaySum = { delay: 0, samples: 0 };
  #latestMs = 0;

  get latestMs(): number {
    return this.#latestMs;
  }

  add(delay = 0, samples = 0): void {
    const fresh = samples - this.#before.samples;
    if (fresh > 0) this.#latestMs = (1000 * (delay - this.#before.delay)) / fresh;
    this.#before = { delay, samples };
  }
}
