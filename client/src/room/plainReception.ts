import type { ReceptionReport } from './connectionQuality.js';

/** Counters of a video that the browser decodes itself. */
interface Counters {
  readonly received: number;
  readonly lost: number;
  readonly freezes: number;
  readonly decoded: number;
}

/** Judges what the browser says of a received VP8 stream, from one look to the next. */
export class PlainReception {
  #before: Counters | undefined;

  /** `undefined` at the first look, or while nothing is known. */
  look(stream: RTCInboundRtpStreamStats | undefined): ReceptionReport | undefined {
    const now = stream && countersOf(stream);
    const before = this.#before;
    this.#before = now ?? before;
    if (now === undefined || before === undefined) return undefined;
    const lost = Math.max(0, now.lost - before.lost);
    const received = Math.max(0, now.received - before.received);
    return {
      missingShare: lost / Math.max(1, lost + received),
      freezes: now.freezes - before.freezes,
      latencyMs: undefined,
      framesShown: now.decoded,
    };
  }
}

function countersOf(stream: RTCInboundRtpStreamStats): Counters {
  return {
    received: stream.packetsReceived ?? 0,
    lost: stream.packetsLost ?? 0,
    freezes: stream.freezeCount ?? 0,
    decoded: stream.framesDecoded ?? 0,
  };
}
