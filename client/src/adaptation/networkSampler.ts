import type { NetworkReading } from '../codec-worker/messages.js';

/** What one look at the send transport's statistics says. */
export interface NetworkSample extends NetworkReading {
  /** bit/s that ordinary VP8 senders take of the estimate. */
  readonly vp8Bitrate: number;
}

/** What has passed on the selected path: RTP that was sent, RTCP that came back. */
export interface PathCounters {
  readonly sent: number;
  readonly received: number;
  /** Receiver reports about what was sent. */
  readonly reports: number;
}

/** The counters that the next sample needs. */
interface Baseline {
  readonly at: number;
  readonly path: PathCounters;
  readonly vp8Bytes: number;
  readonly vp8Ssrcs: ReadonlySet<number>;
}

const INTERVAL_MS = 200;

/** What statistics of RTP leave out of a packet, bytes: SRTP tag, UDP, IPv4. */
const UNCOUNTED_BYTES = 38;
/** Taken to be the sound's until it is measured, bit/s. */
const FIRST_AUDIO_BITRATE = 40_000;
/** Weights of a look at the sound: who speaks again needs the rate at once, who pauses gives it up slowly. */
const LOUDER_WEIGHT = 0.3;
const QUIETER_WEIGHT = 0.02;

/**
 * Reads the browser's bandwidth estimate from the selected candidate pair.
 *
 * The estimate follows all bytes on the wire, ours too; `targetBitrate` of the
 * carrier's sender knows only the carrier. The browser repeats its last numbers
 * while nothing comes back; that is not passed on, so that the rate controller
 * sees an outage as silence.
 */
export class NetworkSampler {
  readonly #timer: ReturnType<typeof setInterval>;
  #baseline: Baseline | undefined;
  #latest: NetworkSample | undefined;
  readonly #audio = new AudioRate();

  /**
   * @param getStats of the send transport
   * @param isVp8 whether an SSRC belongs to an ordinary VP8 sender
   */
  constructor(
    getStats: () => Promise<RTCStatsReport | undefined>,
    isVp8: (ssrc: number) => boolean,
    onSample: (sample: NetworkSample) => void,
  ) {
    const look = async (): Promise<void> => {
      const report = await getStats();
      if (report === undefined) return;
      const sample = this.#read([...toEntries(report)], isVp8);
      if (sample === undefined) return;
      this.#latest = sample;
      onSample(sample);
    };
    // A transport that closes under the reader is no error.
    this.#timer = setInterval(() => void look().catch(() => undefined), INTERVAL_MS);
  }

  get latest(): NetworkSample | undefined {
    return this.#latest;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #read(
    entries: readonly StatsEntry[],
    isVp8: (ssrc: number) => boolean,
  ): NetworkSample | undefined {
    const link = readNetwork(entries);
    const outbound = entries.filter(
      (entry) => entry.type === 'outbound-rtp' && isVp8(entry.ssrc ?? -1),
    );
    const now = performance.now();
    const vp8Bytes = outbound.reduce((sum, entry) => sum + (entry.bytesSent ?? 0), 0);
    const before = this.#baseline;
    const path = countPath(entries);
    this.#baseline = {
      at: now,
      path,
      vp8Bytes,
      vp8Ssrcs: new Set(outbound.map((entry) => entry.ssrc ?? -1)),
    };
    const intervalMs = Math.max(1, now - (before?.at ?? now));
    this.#audio.note(countAudioBytes(entries), intervalMs);
    if (link === undefined || !isFresh(path, before?.path)) return undefined;
    const sameSenders = before?.vp8Ssrcs.size === outbound.length;
    const vp8Bitrate = sameSenders
      ? (8000 * Math.max(0, vp8Bytes - before.vp8Bytes)) / intervalMs
      : 0;
    return { ...link, audioBitrate: this.#audio.bitrate, vp8Bitrate };
  }
}

/** What sound takes of the link. */
export class AudioRate {
  #bytes: number | undefined;
  #bitrate = FIRST_AUDIO_BITRATE;

  /** bit/s, quick up, slow down */
  get bitrate(): number {
    return this.#bitrate;
  }

  /**
   * @param bytes on the wire in all
   * @param intervalMs since the look before, > 0
   */
  note(bytes: number, intervalMs: number): void {
    const before = this.#bytes ?? bytes;
    this.#bytes = bytes;
    const bitrate = (8000 * Math.max(0, bytes - before)) / intervalMs;
    const weight = bitrate > this.#bitrate ? LOUDER_WEIGHT : QUIETER_WEIGHT;
    this.#bitrate += weight * (bitrate - this.#bitrate);
  }
}

/** The members of `RTCStats` entries that are read here. */
export interface StatsEntry {
  readonly type: string;
  readonly ssrc?: number;
  readonly kind?: string;
  readonly bytesSent?: number;
  readonly headerBytesSent?: number;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly availableOutgoingBitrate?: number;
  readonly currentRoundTripTime?: number;
  readonly fractionLost?: number;
  readonly jitter?: number;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
  readonly roundTripTimeMeasurements?: number;
}

function* toEntries(report: RTCStatsReport): Generator<StatsEntry> {
  for (const entry of report.values()) yield entry as StatsEntry;
}

function selectedPair(entries: readonly StatsEntry[]): StatsEntry | undefined {
  return entries.find(
    ({ type, nominated, state }) =>
      type === 'candidate-pair' && nominated === true && state === 'succeeded',
  );
}

export function countPath(entries: readonly StatsEntry[]): PathCounters {
  const pair = selectedPair(entries);
  const remotes = entries.filter(({ type }) => type === 'remote-inbound-rtp');
  return {
    sent: pair?.packetsSent ?? 0,
    received: pair?.packetsReceived ?? 0,
    reports: remotes.reduce((sum, entry) => sum + (entry.roundTripTimeMeasurements ?? 0), 0),
  };
}

/** Bytes that sound has taken on the wire. */
export function countAudioBytes(entries: readonly StatsEntry[]): number {
  return entries
    .filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio')
    .reduce(
      (sum, { bytesSent = 0, headerBytesSent = 0, packetsSent = 0 }) =>
        sum + bytesSent + headerBytesSent + UNCOUNTED_BYTES * packetsSent,
      0,
    );
}

/** Whether something came back since the look before, or nothing was sent that could be answered. */
export function isFresh(now: PathCounters, before: PathCounters | undefined): boolean {
  if (before === undefined) return true;
  return now.received > before.received || now.reports > before.reports || now.sent === before.sent;
}

/** `undefined` while no path is selected or nothing is known of it. */
export function readNetwork(
  entries: readonly StatsEntry[],
): Omit<NetworkReading, 'audioBitrate'> | undefined {
  const pair = selectedPair(entries);
  if (pair?.availableOutgoingBitrate === undefined) return undefined;
  const remotes = entries.filter(({ type }) => type === 'remote-inbound-rtp');
  return {
    availableOutgoingBitrate: pair.availableOutgoingBitrate,
    rttMs: (pair.currentRoundTripTime ?? 0) * 1000,
    lossFraction: Math.max(0, ...remotes.map(({ fractionLost = 0 }) => fractionLost)),
    jitterMs: 1000 * Math.max(0, ...remotes.map(({ jitter = 0 }) => jitter)),
  };
}
