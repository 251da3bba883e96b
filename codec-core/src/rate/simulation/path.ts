import { createCongestionEstimate, REPORT_MS } from './congestion.js';
import { createLink, type Packet } from './link.js';
import type { Scenario } from './scenarios.js';
import type { NetworkFeedback } from '../types.js';

const PACKET_BITS = 8 * 1200;
const START_ESTIMATE = 300_000;
/** A start-up probe finds this share of the capacity. */
const PROBE_AT_MS = 1000;
const PROBE_SHARE = 0.9;
/** libwebrtc sends out of its pacer at this multiple of the estimate. */
const PACING_FACTOR = 2.5;
const QUEUE_MS = 300;

interface Timed {
  readonly at: number;
  readonly packet: Packet;
}

/** Sender's transport, bottleneck and receiver's reports. */
export interface Path {
  /** bit/s */
  readonly estimate: number;
  /** Sends `bits` as packets of frame `frame`. */
  send(now: number, bits: number, frame: number): void;
  /** Sends past the pacer, as audio is. */
  sendAtOnce(now: number, bits: number): void;
  /** Runs the millisecond that begins at `now`: bits put on the wire, and frames' packets that arrived. */
  step(now: number): { readonly wireBits: number; readonly arrived: readonly number[] };
  /** What statistics say since the last call; undefined when no report came. */
  feedback(now: number): NetworkFeedback | undefined;
}

/** Number of packets that {@link Path.send} makes. */
export function packetCount(bits: number): number {
  return Math.max(1, Math.ceil(bits / PACKET_BITS));
}

const AUDIO = -1;

export function createPath(scenario: Scenario, seed: number): Path {
  const link = createLink({ ...scenario, seed, queueMs: QUEUE_MS });
  const estimate = createCongestionEstimate(START_ESTIMATE);
  const pacer: Packet[] = [];
  const inFlight: Timed[] = [];
  const resend: Timed[] = [];
  let lost: Packet[] = [];
  let tokens = 0;
  let onWire = 0;
  let measured = emptyMeasure();
  let travelling = emptyMeasure();
  let polled = emptyMeasure();
  let queueMs = 0;

  function put(now: number, packet: Packet): void {
    onWire += packet.bits;
    link.send({ ...packet, sentAt: now });
  }

  function pace(now: number): void {
    tokens = Math.min(tokens, 0) + (PACING_FACTOR * estimate.bitrate) / 1000;
    while (tokens > 0) {
      const packet = pacer.shift();
      if (!packet) return;
      tokens -= packet.bits;
      put(now, packet);
    }
  }

  function serve(now: number): void {
    for (const { packet, at } of link.step(now)) {
      if (at !== undefined) {
        inFlight.push({ at, packet });
        continue;
      }
      measured.lost += 1;
      if (packet.frame !== AUDIO) lost.push(packet);
    }
  }

  /** A gap shows when something later arrives; the request travels back for one delay. */
  function receive(now: number): number[] {
    const landed = takeDue(inFlight, now);
    if (landed.length > 0) {
      resend.push(...lost.map((packet) => ({ at: now + scenario.delayMs, packet })));
      lost = [];
    }
    return landed.map((packet) => {
      measured.bits += packet.bits;
      measured.arrived += 1;
      measured.queueMs += now - packet.sentAt - scenario.delayMs;
      return packet.frame;
    });
  }

  /** What was measured in one interval reaches the sender at the end of the next one. */
  function report(now: number): void {
    const { bits, arrived, lost } = travelling;
    if (!scenario.feedbackLost(now)) {
      const mean = arrived > 0 ? travelling.queueMs / arrived : undefined;
      const lossFraction = lost / Math.max(1, arrived + lost);
      estimate.report({
        now,
        receivedBitrate: (bits * 1000) / REPORT_MS,
        queueMs: mean,
        lossFraction,
      });
      queueMs = mean ?? queueMs;
      polled.arrived += arrived;
      polled.lost += lost;
    }
    travelling = measured;
    measured = emptyMeasure();
  }

  return {
    get estimate() {
      return estimate.bitrate;
    },
    send(now, bits, frame) {
      const count = packetCount(bits);
      for (let i = 0; i < count; i++) pacer.push({ bits: bits / count, sentAt: now, frame });
    },
    sendAtOnce: (now, bits) => put(now, { bits, sentAt: now, frame: AUDIO }),
    step(now) {
      pacer.unshift(...takeDue(resend, now));
      pace(now);
      serve(now);
      const arrived = receive(now).filter((frame) => frame !== AUDIO);
      if (now % REPORT_MS === 0) report(now);
      if (now === PROBE_AT_MS) estimate.probe(PROBE_SHARE * scenario.capacity(now));
      const wireBits = onWire;
      onWire = 0;
      return { wireBits, arrived };
    },
    feedback(now) {
      if (polled.arrived === 0) return undefined;
      const lossFraction = polled.lost / (polled.arrived + polled.lost);
      polled = emptyMeasure();
      return {
        now,
        availableOutgoingBitrate: estimate.bitrate,
        rttMs: 2 * scenario.delayMs + queueMs,
        lossFraction,
        jitterMs: 0,
      };
    },
  };
}

function emptyMeasure(): { bits: number; arrived: number; lost: number; queueMs: number } {
  return { bits: 0, arrived: 0, lost: 0, queueMs: 0 };
}

/** Removes and returns what is due from the head of a list ordered by time. */
function takeDue(list: Timed[], now: number): Packet[] {
  const due: Packet[] = [];
  for (let head = list[0]; head && head.at <= now; head = list[0]) {
    list.shift();
    due.push(head.packet);
  }
  return due;
}
