/** From the epoch of NTP, in which abs-capture-time is stated, to that of Unix, ms. */
const NTP_TO_UNIX_MS = 2_208_988_800_000;

/** An entry of `getSynchronizationSources` (WebRTC extensions, section 8). */
export interface CapturedSource {
  /** When it left the jitter buffer, ms since the epoch of Unix. */
  readonly timestamp: number;
  readonly rtpTimestamp: number;
  /** Of the packet's first sample, sender's clock, ms since the epoch of Unix. */
  readonly capturedAt: number;
}

/** The newest packet that was played or shown; `undefined` without abs-capture-time. */
export function newestSource(receiver: RTCRtpReceiver): CapturedSource | undefined {
  const [source] = receiver.getSynchronizationSources() as readonly (RTCRtpSynchronizationSource & {
    readonly captureTimestamp?: number;
  })[];
  if (source?.captureTimestamp === undefined) return undefined;
  const { timestamp, rtpTimestamp, captureTimestamp } = source;
  return { timestamp, rtpTimestamp, capturedAt: captureTimestamp - NTP_TO_UNIX_MS };
}

const VIDEO_TICKS_PER_MS = 90;

/** Capture time (sender's clock, ms) of the video frame with this RTP timestamp. */
export function captureTimeOf(source: CapturedSource, rtpTimestamp: number): number {
  // The difference of two 32-bit counters that wrap.
  return source.capturedAt + ((rtpTimestamp - source.rtpTimestamp) | 0) / VIDEO_TICKS_PER_MS;
}
