import type { Packet } from './packet.js';

export interface FrameOrderCounts {
  readonly duplicates: number;
  /** Packets that came after a newer frame had been given out. */
  readonly late: number;
  /** Packets that never came. */
  readonly missing: number;
  /** Packets that came but waited for a reference until a newer frame had been given out. */
  readonly skipped: number;
}

/** How many sequence numbers back things are remembered. */
const REMEMBERED = 512;
/** Packets that wait; older ones are of no use any more. */
const MAX_WAITING = 256;

/**
 * Gives packets out once each, oldest first, as soon as the frame that they
 * are predicted from has been given out.
 *
 * Retransmission repeats and reorders packets, and loss leaves gaps. A packet
 * waits as long as its reference may still come; one that builds on a frame
 * that is here passes those that wait, and they are given up.
 */
export class FrameOrder {
  readonly #seen = new Set<number>();
  readonly #waiting = new Map<number, Packet>();
  /** Given out and not reported as failed: later frames may build on them. */
  readonly #usable = new Set<number>();
  readonly #failed = new Set<number>();
  readonly #countedMissing = new Set<number>();
  /** First and last of all that arrived. */
  #first = Infinity;
  #last = -Infinity;
  /** Newest that was given out. */
  #newest = -Infinity;
  /** What is not here of frames up to this one will not come. */
  #passed = -Infinity;
  /** What is missing before the next key frame was not sent. */
  #pausedOnPurpose = false;
  #duplicates = 0;
  #late = 0;
  #missing = 0;
  #skipped = 0;

  get counts(): FrameOrderCounts {
    return {
      duplicates: this.#duplicates,
      late: this.#late,
      missing: this.#missing,
      skipped: this.#skipped,
    };
  }

  /** Newest sequence number that was given out; −∞ before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether frames cannot be shown because something is missing. */
  get stuck(): boolean {
    return this.#waiting.size > 0 || this.#failed.size > 0 || this.#passed > this.#newest;
  }

  /**
   * What keeps the waiting frames back, ascending: packets that are not here,
   * and frames that cannot be decoded because their reference will not come.
   */
  get lost(): number[] {
    const lost = [...this.#failed];
    const from = Math.max(this.#newest + 1, this.#first);
    const until = this.#waiting.size === 0 ? this.#passed : Math.max(this.#last, this.#passed);
    for (let sequence = from; sequence <= until; sequence += 1) {
      if (!this.#seen.has(sequence) || this.#isOrphan(sequence)) lost.push(sequence);
    }
    return lost;
  }

  /** What is not here of frames up to `sequence` will not come, as far as is known. */
  pass(sequence: number): void {
    if (this.#pausedOnPurpose || sequence <= this.#passed) return;
    this.#first = Math.min(this.#first, sequence);
    this.#passed = sequence;
  }

  /** Takes a packet that arrived; returns those whose turn it is. */
  push(packet: Packet): Packet[] {
    const { sequence } = packet;
    if (this.#seen.has(sequence)) {
      this.#duplicates += 1;
      return [];
    }
    this.#seen.add(sequence);
    this.#first = Math.min(this.#first, sequence);
    this.#last = Math.max(this.#last, sequence);
    if (sequence < this.#newest) {
      this.#late += 1;
      if (this.#countedMissing.delete(sequence)) this.#missing -= 1;
      return [];
    }
    this.#waiting.set(sequence, packet);
    const released = this.#release();
    this.#forget();
    return released;
  }

  /** A frame that was given out could not be decoded: nothing can build on it. */
  fail(sequence: number): void {
    this.#usable.delete(sequence);
    this.#failed.add(sequence);
  }

  /** Nothing is sent for a while: what is missing until the next key frame is no loss. */
  expectPause(): void {
    this.#pausedOnPurpose = true;
  }

  #release(): Packet[] {
    const out: Packet[] = [];
    const ascending = [...this.#waiting.values()].sort((a, b) => a.sequence - b.sequence);
    for (const packet of ascending) {
      const { sequence, reference } = packet;
      if (reference !== undefined && !this.#usable.has(reference)) continue;
      this.#passOver(sequence, reference === undefined);
      if (reference === undefined) this.#usable.clear();
      this.#usable.add(sequence);
      this.#failed.clear();
      this.#newest = sequence;
      out.push(packet);
    }
    return out;
  }

  /** Gives up what is older than a frame that is given out. */
  #passOver(sequence: number, keyFrame: boolean): void {
    const unsent = keyFrame && this.#pausedOnPurpose && sequence > this.#newest + 1;
    if (unsent) this.#pausedOnPurpose = false;
    for (let gone = Math.max(this.#newest + 1, this.#first); gone < sequence; gone += 1) {
      if (this.#waiting.delete(gone)) {
        this.#skipped += 1;
      } else if (!unsent && !this.#seen.has(gone)) {
        this.#missing += 1;
        this.#countedMissing.add(gone);
      }
    }
    this.#waiting.delete(sequence);
  }

  #isOrphan(sequence: number): boolean {
    const reference = this.#waiting.get(sequence)?.reference;
    return reference !== undefined && (reference <= this.#newest || reference < this.#first);
  }

  #forget(): void {
    const oldest = this.#last - REMEMBERED;
    for (const set of [this.#seen, this.#usable, this.#failed, this.#countedMissing]) {
      for (const sequence of set) if (sequence < oldest) set.delete(sequence);
    }
    for (const sequence of this.#waiting.keys()) {
      if (sequence > this.#last - MAX_WAITING) continue;
      this.#waiting.delete(sequence);
      this.#skipped += 1;
    }
  }
}
