import { bitsOfParts, WIRE } from '../transport/wire.js';

/** Losses are remembered for so long, ms. */
const MEMORY_MS = 10_000;
/** So many of them keep it up, and begin it where frames wait for each other. */
const ENOUGH_LOSSES = 2;
const WAIT_MS = 100;
/** What is lost within this time, ms, is one loss. */
const APART_MS = 300;
/** They have to lie so far apart, ms: a link that just got slower drops many at once, and needs less, not more. */
const SPREAD_MS = 1000;
/** Once begun it goes on for so long, ms. */
const HOLD_MS = 10_000;
/** Weight of a picture in the share of the wire that is left to the codec. */
const SHARE_WEIGHT = 0.1;
/** Weight of a picture that lacked a packet in how many of them parity helps. */
const HELP_WEIGHT = 0.12;
/** Where it helps fewer, packets get lost in bursts, and it takes a rest, ms; then it has this much credit. */
const LEAST_HELP = 0.5;
const REST_MS = 30_000;
const CREDIT = 0.75;
const REMEMBERED_FRAMES = 240;
/** What is known of lost packets falls to the part 1/e in so long, ms. */
const LOSS_MEMORY_MS = 5000;
/** So many packets without loss are supposed to have come before. */
const PRIOR_PACKETS = 50;
/** Few losses in a short time may be chance; parity against more than the most would leave too little to the picture. */
const LEAST_LOSS = 0.01;
const MOST_LOSS = 0.2;
/** A key frame is long, and nothing can stand in for it: it always has some parity, as for this loss. */
const KEY_FRAME_LOSS = 0.02;

/** Packets and frames that did not come, as a receiver reports them. */
export interface Lacking {
  readonly receiver: string;
  /** Packets. */
  readonly missing: number;
  /** Frames that could not be decoded for it, by sequence number; not those that build on others. */
  readonly lost: readonly number[];
  /** Frames that are here all the same. */
  readonly recovered: number;
  /** What the latest frames had waited for those before them, ms. */
  readonly waitedMs: number;
}

/** A picture as it went. */
export interface SentPicture {
  readonly sequence: number;
  /** Bytes of the codec. */
  readonly bytes: number;
  readonly keyFrame: boolean;
  /** Bytes of each of its parts. */
  readonly parts: readonly number[];
  /** How many of them are parities. */
  readonly parities: number;
}

/**
 * Decides how much parity pictures travel with (`transport/frameDivision.ts`): it costs a fifth to more than half of
 * the rate, and saves the stop of the picture.
 */
export class Protection {
  #losses: number[] = [];
  #until = -Infinity;
  #restsUntil = -Infinity;
  #share = 1;
  #help = 1;
  #resentBits = 0;
  readonly #sent = new FadingCount();
  /** Frames with parity, by sequence number. */
  readonly #protected = new Set<number>();
  /** By receiver. */
  readonly #missing = new Map<string, FadingCount>();

  /** Of the bits that predicted pictures take on the wire, those that they would take without losses, 0…1. */
  get codecShare(): number {
    return this.#share;
  }

  active(now: number): boolean {
    return now < this.#until;
  }

  /** The share of packets to protect a picture against, 0…1; 0: it needs no parity. */
  loss(keyFrame: boolean, now: number): number {
    const always = keyFrame ? KEY_FRAME_LOSS : 0;
    if (!this.active(now)) return always;
    const missing = [...this.#missing.values()].map((count) => count.at(now));
    const loss = Math.max(0, ...missing) / (this.#sent.at(now) + PRIOR_PACKETS);
    return Math.max(always, LEAST_LOSS, Math.min(MOST_LOSS, loss));
  }

  /** @param now ms */
  note({ receiver, missing, lost, recovered, waitedMs }: Lacking, now: number): void {
    const count = this.#missing.get(receiver) ?? new FadingCount();
    this.#missing.set(receiver, count);
    count.add(missing, now);
    this.#losses = this.#losses.filter((at) => now - at < MEMORY_MS);
    const since = now - (this.#losses.at(-1) ?? -Infinity);
    const fresh = lost.length + recovered > 0 && since >= APART_MS;
    if (fresh) this.#losses.push(now);
    const judged = lost.filter((sequence) => this.#protected.has(sequence)).length;
    if (this.active(now)) this.#judge(judged, recovered, now);
    if (now < this.#restsUntil) return;
    const spread = (this.#losses.at(-1) ?? 0) - (this.#losses[0] ?? 0);
    const goesOn = this.#losses.length >= ENOUGH_LOSSES && spread >= SPREAD_MS;
    const begins = fresh && !this.active(now) && waitedMs < WAIT_MS;
    if (!goesOn && !begins) return;
    this.#until = now + HOLD_MS;
  }

  remove(receiver: string): void {
    this.#missing.delete(receiver);
  }

  /** A picture left. */
  sent({ sequence, bytes, keyFrame, parts, parities }: SentPicture, now: number): void {
    if (parities > 0) this.#protected.add(sequence);
    this.#protected.delete(sequence - REMEMBERED_FRAMES);
    this.#sent.add(
      parts.reduce((sum, part) => sum + WIRE.packets(part), 0),
      now,
    );
    if (keyFrame) return;
    const bits = bitsOfParts(parts) + this.#resentBits;
    this.#resentBits = 0;
    this.#share += SHARE_WEIGHT * (WIRE.bits(bytes) / bits - this.#share);
  }

  /** So many bytes were sent in one more packet. */
  resent(bytes: number): void {
    this.#resentBits += WIRE.bits(bytes);
  }

  /** Gives up where the parity takes the place of too few of the packets that are missing. */
  #judge(lost: number, recovered: number, now: number): void {
    const lacking = lost + recovered;
    if (lacking === 0) return;
    const weight = 1 - (1 - HELP_WEIGHT) ** lacking;
    this.#help += weight * (recovered / lacking - this.#help);
    if (this.#help >= LEAST_HELP) return;
    this.#help = CREDIT;
    this.#until = now;
    this.#restsUntil = now + REST_MS;
  }
}

/** A number of things, of which old ones count ever less. */
class FadingCount {
  #count = 0;
  #at = -Infinity;

  add(things: number, now: number): void {
    this.#count = this.at(now) + things;
    this.#at = now;
  }

  at(now: number): number {
    return this.#count * Math.exp((this.#at - now) / LOSS_MEMORY_MS);
  }
}
