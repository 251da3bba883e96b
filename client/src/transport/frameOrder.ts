import type { Packet } from './packet.js';

export interface FrameOrderOptions {
  /** A gap is given up after this many ms; enough for one retransmission. */
  readonly maxWait: number;
  /** … or when this many later packets wait behind it. */
  readonly maxWaiting: number;
}

export interface FrameOrderCounts {
  readonly duplicates: number;
  /** Packets that came after their gap had been given up. */
  readonly late: number;
  /** Packets that never came. */
  readonly missing: number;
}

/** How many given-up sequence numbers are kept to tell late from repeated. */
const REMEMBERED = 256;

/**
 * Gives packets out once each, in the order of their sequence numbers.
 *
 * Retransmission padding repeats frames and loss reorders them. A gap holds
 * later packets back for a short time; a key frame ends it at once, because
 * nothing before a key frame is needed any more.
 */
export class FrameOrder {
  readonly #options: FrameOrderOptions;
  readonly #waiting = new Map<number, Packet>();
  #next: number | undefined;
  #gapSince: number | undefined;
  #duplicates = 0;
  #late = 0;
  #missing = 0;
  readonly #givenUp = new Set<number>();

  constructor(options: FrameOrderOptions) {
    this.#options = options;
  }

  get counts(): FrameOrderCounts {
    return { duplicates: this.#duplicates, late: this.#late, missing: this.#missing };
  }

  /** When `poll` should be called if nothing arrives before, ms. */
  get deadline(): number | undefined {
    return this.#gapSince === undefined ? undefined : this.#gapSince + this.#options.maxWait;
  }

  /** Takes a packet that arrived at `now` (ms); returns those whose turn it is. */
  push(packet: Packet, now: number): Packet[] {
    this.#next ??= packet.sequence;
    if (packet.sequence < this.#next) {
      if (this.#givenUp.delete(packet.sequence)) {
        this.#late += 1;
        this.#missing -= 1;
      } else {
        this.#duplicates += 1;
      }
      return [];
    }
    if (this.#waiting.has(packet.sequence)) {
      this.#duplicates += 1;
      return [];
    }
    this.#waiting.set(packet.sequence, packet);
    if (packet.keyFrame) this.#skipTo(packet.sequence);
    return this.#release(now);
  }

  /** Gives up a gap that has waited too long at `now` (ms). */
  poll(now: number): Packet[] {
    return this.#release(now);
  }

  #release(now: number): Packet[] {
    const out: Packet[] = [];
    this.#takeRun(out);
    if (this.#waiting.size === 0) {
      this.#gapSince = undefined;
      return out;
    }
    if (out.length > 0 || this.#gapSince === undefined) this.#gapSince = now;
    const overdue = now - this.#gapSince >= this.#options.maxWait;
    if (overdue || this.#waiting.size > this.#options.maxWaiting) {
      this.#skipTo(Math.min(...this.#waiting.keys()));
      this.#takeRun(out);
      this.#gapSince = this.#waiting.size === 0 ? undefined : now;
    }
    return out;
  }

  #takeRun(out: Packet[]): void {
    while (this.#next !== undefined) {
      const packet = this.#waiting.get(this.#next);
      if (packet === undefined) return;
      this.#waiting.delete(this.#next);
      this.#next += 1;
      out.push(packet);
    }
  }

  #skipTo(sequence: number): void {
    if (this.#next === undefined || sequence <= this.#next) return;
    this.#missing += sequence - this.#next;
    for (const waiting of this.#waiting.keys()) {
      if (waiting < sequence) this.#waiting.delete(waiting);
    }
    for (let gone = Math.max(this.#next, sequence - REMEMBERED); gone < sequence; gone += 1) {
      this.#givenUp.add(gone);
    }
    for (const gone of this.#givenUp) {
      if (gone < sequence - REMEMBERED) this.#givenUp.delete(gone);
    }
    this.#next = sequence;
  }
}
