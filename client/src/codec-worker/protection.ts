import type { LackingFrames } from '@inncall/codec-core';

/** Losses are remembered for so long, ms. */
const MEMORY_MS = 10_000;
/** So many of them begin it, fewer keep it up. */
const ENOUGH_LOSSES = 3;
const GOING_ON_LOSSES = 2;
/** What is lost within this time, ms, is one loss. */
const APART_MS = 300;
/** They have to lie so far apart, ms: a link that just got slower drops many at once, and needs less, not more. */
const SPREAD_MS = 2000;
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
/** What is reported so soon after it began, ms, may have travelled without parity. */
const UNJUDGED_MS = 500;

/**
 * Decides whether pictures travel in parts with parity (`transport/parts.ts`): it costs a fifth to a half
 * of the rate, and saves the round trip of sending a lost packet anew, and the stop of the picture.
 */
export class Protection {
  #losses: number[] = [];
  #until = -Infinity;
  #since = -Infinity;
  #restsUntil = -Infinity;
  #share = 1;
  #help = 1;

  /** Of the bytes that pictures take on the wire, those that are not parity, 0…1. */
  get codecShare(): number {
    return this.#share;
  }

  active(now: number): boolean {
    return now < this.#until;
  }

  /** @param now ms */
  note({ held, recovered }: LackingFrames, now: number): void {
    this.#losses = this.#losses.filter((at) => now - at < MEMORY_MS);
    const since = now - (this.#losses.at(-1) ?? -Infinity);
    if (held + recovered > 0 && since >= APART_MS) this.#losses.push(now);
    if (this.active(now) && now - this.#since > UNJUDGED_MS) this.#judge(held, recovered, now);
    if (now < this.#restsUntil) return;
    const enough = this.active(now) ? GOING_ON_LOSSES : ENOUGH_LOSSES;
    const spread = (this.#losses.at(-1) ?? 0) - (this.#losses[0] ?? 0);
    if (this.#losses.length < enough || spread < SPREAD_MS) return;
    if (!this.active(now)) this.#since = now;
    this.#until = now + HOLD_MS;
  }

  /** A picture of `bytes` went as `sent` bytes. */
  sent(bytes: number, sent: number): void {
    this.#share += SHARE_WEIGHT * (bytes / sent - this.#share);
  }

  /** Gives up where the parity takes the place of too few of the packets that are missing. */
  #judge(held: number, recovered: number, now: number): void {
    const lacking = held + recovered;
    if (lacking === 0) return;
    const weight = 1 - (1 - HELP_WEIGHT) ** lacking;
    this.#help += weight * (recovered / lacking - this.#help);
    if (this.#help >= LEAST_HELP) return;
    this.#help = CREDIT;
    this.#until = now;
    this.#restsUntil = now + REST_MS;
  }
}
