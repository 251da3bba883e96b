import { createRandom } from '../../../codec-core/src/rate/simulation/random.js';
import { constant, lteTrace, ramp, steps, type Capacity } from '../../network/capacity.js';
import type { LinkSettings } from '../../network/link.js';
import { gilbertLoss, noLoss, randomLoss, type GilbertLoss } from '../../network/loss.js';
import type { Direction, RelaySettings } from '../../network/udpRelay.js';

type Interval = readonly [from: number, to: number];

/**
 * A path as in RFC 8867, "Test Cases for Evaluating Congestion Control for Interactive Real-Time
 * Media". Times in ms since the first picture was shown.
 */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  /** Which leg passes the bottleneck: the sender's way to the server, or the server's to the receiver. */
  readonly leg: 'uplink' | 'downlink';
  readonly capacity: Capacity;
  /** Share of packets lost at random in the direction of the media. */
  readonly loss?: number;
  readonly bursts?: GilbertLoss;
  /** Both directions are dead. */
  readonly outages?: readonly Interval[];
  /** Only the direction of the media is dead. */
  readonly gaps?: readonly Interval[];
  /** The direction of the reports. */
  readonly feedback?: { readonly loss: number; readonly outages: readonly Interval[] };
  /** A TCP transfer in the same bottleneck. */
  readonly competing?: Interval;
  /** When the capacity falls, or comes back for good. */
  readonly dropAt?: number;
  readonly riseAt?: number;
}

/** One way; the round trip without queues is 50 ms. */
export const DELAY_MS = 25;
/** What the bottleneck holds before it drops the tail (RFC 8867, section 4.3: 300 ms). */
export const QUEUE_MS = 300;

const SECONDS = 32;

const scenario = (
  name: string,
  title: string,
  capacity: Capacity,
  extras: Partial<Omit<Scenario, 'name' | 'title' | 'capacity'>> = {},
): Scenario => ({ name, title, capacity, seconds: SECONDS, leg: 'uplink', ...extras });

const evenly = (everyMs: number, lengthMs: number): Interval[] =>
  Array.from({ length: Math.floor((SECONDS * 1000) / everyMs) }, (_, i) => [
    (i + 1) * everyMs - lengthMs - 1000,
    (i + 1) * everyMs - 1000,
  ]);

export const SCENARIOS: readonly Scenario[] = [
  scenario('constant-150', '150 kbit/s', constant(150)),
  scenario('constant-300', '300 kbit/s', constant(300)),
  scenario('constant-600', '600 kbit/s', constant(600)),
  scenario('constant-1500', '1500 kbit/s', constant(1500)),
  scenario('step-down', '1000 → 250 kbit/s after 16 s', steps([0, 1000], [16_000, 250]), {
    dropAt: 16_000,
  }),
  scenario('step-up', '250 → 1000 kbit/s after 12 s', steps([0, 250], [12_000, 1000]), {
    riseAt: 12_000,
  }),
  scenario('ramp', '200 → 1200 → 200 kbit/s', ramp(200, 1200, SECONDS * 1000)),
  scenario('lte', 'LTE-like, 150…1500 kbit/s', lteTrace(7, SECONDS * 1000)),
  scenario('competing', 'TCP flow beside it from 10 to 20 s, 1000 kbit/s', constant(1000), {
    competing: [10_000, 20_000],
  }),
  scenario('loss-1', '1 % loss, 600 kbit/s', constant(600), { loss: 0.01 }),
  scenario('loss-5', '5 % loss, 600 kbit/s', constant(600), { loss: 0.05 }),
  scenario('loss-10', '10 % loss, 600 kbit/s', constant(600), { loss: 0.1 }),
  scenario('bursty-loss', '2 % loss in bursts of 5 packets, 600 kbit/s', constant(600), {
    bursts: { toBad: 0.0041, toGood: 0.2, lossWhenBad: 1 },
  }),
  scenario('gaps-300ms', 'nothing arrives for 300 ms, every 5 s, 600 kbit/s', constant(600), {
    gaps: evenly(5000, 300),
  }),
  scenario('outage-5s', 'outage of 5 s after 12 s, 600 kbit/s', constant(600), {
    outages: [[12_000, 17_000]],
    riseAt: 17_000,
  }),
  scenario(
    'feedback-loss',
    '30 % of the reports lost, all from 16 to 18 s, 600 kbit/s',
    constant(600),
    {
      feedback: { loss: 0.3, outages: [[16_000, 18_000]] },
    },
  ),
  scenario('downlink-300', '300 kbit/s towards the receiver', constant(300), { leg: 'downlink' }),
];

const within = (intervals: readonly Interval[] | undefined, ms: number): boolean =>
  (intervals ?? []).some(([from, to]) => ms >= from && ms < to);

/** The relay of one run; equal seeds lose the same packets. */
export function relaySettings(of: Scenario, seed: number): RelaySettings {
  const random = createRandom(seed + 10);
  const base = { queueMs: QUEUE_MS, delayMs: DELAY_MS, jitterMs: 0 };
  const media: LinkSettings = {
    ...base,
    capacity: of.capacity,
    loss: of.bursts
      ? gilbertLoss(of.bursts, random)
      : of.loss === undefined
        ? noLoss
        : randomLoss(of.loss, random),
    outage: (ms) => within(of.outages, ms) || within(of.gaps, ms),
  };
  const reports: LinkSettings = {
    ...base,
    capacity: undefined,
    loss: of.feedback ? randomLoss(of.feedback.loss, createRandom(seed + 20)) : noLoss,
    outage: (ms) => within(of.outages, ms) || within(of.feedback?.outages, ms),
  };
  const up = of.leg === 'uplink';
  return {
    toServer: up ? media : reports,
    toClient: up ? reports : media,
    seed,
    ...(of.competing && {
      competing: { direction: mediaDirection(of), from: of.competing[0], to: of.competing[1] },
    }),
  };
}

export function mediaDirection({ leg }: Scenario): Direction {
  return leg === 'uplink' ? 'toServer' : 'toClient';
}
