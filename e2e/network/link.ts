import type { Random } from '../../codec-core/src/rate/simulation/random.js';
import type { Capacity } from './capacity.js';
import type { LossModel } from './loss.js';

/** One direction of a path; all times in ms of one clock. */
export interface LinkSettings {
  /** Token bucket's rate; `undefined`: not limited. */
  readonly capacity: Capacity | undefined;
  /** Longest queue before the tail is dropped, in ms of the present capacity. */
  readonly queueMs: number;
  /** One way, behind the queue. */
  readonly delayMs: number;
  /** Standard deviation of what is added to the delay, at most three of them. Order is kept. */
  readonly jitterMs: number;
  readonly loss: LossModel;
  /** Whether the link is gone at this time: what enters it then is lost. */
  readonly outage: (ms: number) => boolean;
}

/** What a link needs to know of a packet. */
export interface Sized {
  /** On the wire, headers included. */
  readonly bytes: number;
}

export interface LinkCounts {
  readonly offered: number;
  readonly delivered: number;
  /** Packets dropped by the full queue. */
  readonly overflowed: number;
  /** Packets lost at random or in an outage. */
  readonly lost: number;
}

/** A queue holds two full packets whatever the capacity. */
const MIN_QUEUE_BYTES = 3000;
/** An idle link lets one full packet pass at once. */
const BUCKET_BITS = 8 * 1500;
const STEP_MS = 1;
const LONGEST_SLEEP_MS = 20;

/**
 * Bottleneck and path of one direction: tail-drop queue → token bucket → loss → delay and jitter.
 * Time is an argument and must not go backwards.
 */
export class EmulatedLink<Packet extends Sized> {
  readonly #settings: LinkSettings;
  readonly #random: Random;
  readonly #queue: Packet[] = [];
  readonly #travelling: { readonly packet: Packet; readonly at: number }[] = [];
  #queuedBytes = 0;
  #tokens = 0;
  #clock: number | undefined;
  #lastArrival = -Infinity;
  #counts = { offered: 0, delivered: 0, overflowed: 0, lost: 0 };

  constructor(settings: LinkSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  get counts(): LinkCounts {
    return { ...this.#counts };
  }

  /** ms that the queue takes to drain at the capacity of `now`. */
  queueMs(now: number): number {
    const rate = this.#settings.capacity?.(now) ?? Infinity;
    return rate > 0 ? (8000 * this.#queuedBytes) / rate : Infinity;
  }

  /** @returns false when the packet is dropped at once */
  push(now: number, packet: Packet): boolean {
    this.#serve(now);
    this.#counts.offered += 1;
    if (this.#settings.outage(now)) {
      this.#counts.lost += 1;
      return false;
    }
    if (this.#queuedBytes + packet.bytes > this.#queueBytes(now)) {
      this.#counts.overflowed += 1;
      return false;
    }
    this.#queue.push(packet);
    this.#queuedBytes += packet.bytes;
    this.#drain(now);
    return true;
  }

  /** Packets that have arrived by `now`, in order. */
  poll(now: number): Packet[] {
    this.#serve(now);
    const arrived: Packet[] = [];
    for (let head = this.#travelling[0]; head && head.at <= now; head = this.#travelling[0]) {
      this.#travelling.shift();
      arrived.push(head.packet);
    }
    this.#counts.delivered += arrived.length;
    return arrived;
  }

  /** When to poll next; `undefined`: not before the next packet. */
  nextAt(now: number): number | undefined {
    const arrival = this.#travelling[0]?.at;
    const head = this.#queue[0];
    if (head === undefined) return arrival;
    const rate = this.#settings.capacity?.(now) ?? Infinity;
    const waitMs = rate > 0 ? (1000 * (8 * head.bytes - this.#tokens)) / rate : LONGEST_SLEEP_MS;
    const departure = now + Math.min(LONGEST_SLEEP_MS, Math.max(STEP_MS, waitMs));
    return Math.min(departure, arrival ?? Infinity);
  }

  #queueBytes(now: number): number {
    const rate = this.#settings.capacity?.(now);
    return rate === undefined
      ? Infinity
      : Math.max(MIN_QUEUE_BYTES, (rate * this.#settings.queueMs) / 8000);
  }

  /** Lets everything leave the queue that could until `now`. */
  #serve(now: number): void {
    const { capacity } = this.#settings;
    let clock = this.#clock ?? now;
    while (clock < now) {
      const step = this.#queue.length === 0 ? now - clock : Math.min(STEP_MS, now - clock);
      this.#tokens += ((capacity?.(clock) ?? 0) * step) / 1000;
      clock += step;
      this.#drain(clock);
    }
    this.#clock = clock;
  }

  #drain(now: number): void {
    const unlimited = this.#settings.capacity === undefined;
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      if (!unlimited && 8 * head.bytes > this.#tokens) return;
      this.#queue.shift();
      this.#queuedBytes -= head.bytes;
      this.#tokens -= unlimited ? 0 : 8 * head.bytes;
      this.#depart(now, head);
    }
    this.#tokens = Math.min(this.#tokens, BUCKET_BITS);
  }

  #depart(now: number, packet: Packet): void {
    if (this.#settings.loss()) {
      this.#counts.lost += 1;
      return;
    }
    const { delayMs, jitterMs } = this.#settings;
    const jitter = jitterMs === 0 ? 0 : jitterMs * Math.min(3, Math.abs(this.#random.normal()));
    this.#lastArrival = Math.max(this.#lastArrival, now + delayMs + jitter);
    this.#travelling.push({ packet, at: this.#lastArrival });
  }
}
