/** What the sender learns about its packets once per {@link REPORT_MS}. */
export interface PathReport {
  readonly now: number;
  /** bit/s that arrived */
  readonly receivedBitrate: number;
  /** mean one-way queueing delay of what arrived, ms; undefined when nothing did */
  readonly queueMs: number | undefined;
  readonly lossFraction: number;
}

export const REPORT_MS = 100;

/** Share of the received rate that is kept when the delay shows overuse (GCC, β). */
const BACK_OFF = 0.85;
/** Growth per second far from and near to the last known limit. */
const FAST_GROWTH = 1.08;
const SLOW_GROWTH = 1.03;
const OVERUSE_MS = 25;
/** Random loss up to here is taken as the link's nature, as libwebrtc's loss-based estimator does. */
const HIGH_LOSS = 0.12;
const LOSS_WEIGHT = 0.1;
const RECEIVED_WEIGHT = 0.3;
/** Growth of the queue from report to report that counts as overuse, of a short and of a long queue. */
const OVERUSE_RISE_MS = 8;
const LONG_QUEUE_MS = 50;
const CREEP_MS = 3;

/**
 * Sender-side estimate in the manner of Google Congestion Control (draft-ietf-rmcat-gcc-02): back
 * off to 0.85 of the received rate when the delay rises, hold while the queue drains, else grow, but
 * not beyond 1.5 times what is received; fall by half a loss above 12 %.
 */
export interface CongestionEstimate {
  readonly bitrate: number;
  report(report: PathReport): void;
  /** a probe found this rate */
  probe(bitrate: number): void;
}

export function createCongestionEstimate(start: number): CongestionEstimate {
  let bitrate = start;
  let limit: number | undefined;
  let queueBefore = 0;
  let loss = 0;
  let received = start;
  let backedOffAt = -Infinity;

  function grow(): void {
    const near = limit !== undefined && bitrate > 0.9 * limit && bitrate < 1.1 * limit;
    const factor = (near ? SLOW_GROWTH : FAST_GROWTH) ** (REPORT_MS / 1000);
    bitrate = Math.max(bitrate, Math.min(bitrate * factor + 100, 1.5 * received + 10_000));
  }

  return {
    get bitrate() {
      return bitrate;
    },
    probe(found) {
      bitrate = Math.max(bitrate, found);
    },
    report({ now, receivedBitrate, queueMs, lossFraction }) {
      if (queueMs === undefined) return;
      received += RECEIVED_WEIGHT * (receivedBitrate - received);
      loss += LOSS_WEIGHT * (lossFraction - loss);
      if (loss > HIGH_LOSS) bitrate *= 1 - 0.5 * loss * (REPORT_MS / 300);
      const rise = queueMs - queueBefore;
      queueBefore = queueMs;
      if (queueMs > OVERUSE_MS && rise > (queueMs > LONG_QUEUE_MS ? CREEP_MS : OVERUSE_RISE_MS)) {
        if (now - backedOffAt < 200) return;
        backedOffAt = now;
        limit = received;
        bitrate = Math.min(bitrate, Math.max(10_000, BACK_OFF * received));
      } else if (queueMs < OVERUSE_MS || (queueMs < LONG_QUEUE_MS && rise > -1)) {
        grow();
      }
    },
  };
}
