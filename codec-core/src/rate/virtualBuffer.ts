export interface VirtualBufferOptions {
  /** ms in which the buffer is led back to empty */
  readonly correctionMs: number;
  /** ms of unused rate that are kept for later */
  readonly creditMs: number;
  /** ms of content at which it counts as full */
  readonly fullMs: number;
}

/** Bounds of an allowance as factors on rate / frame rate. */
const MIN_ALLOWANCE = 0.25;
const MAX_ALLOWANCE = 2;

/**
 * Leaky bucket: filled by frames, drained at the bit rate. Its content is the backlog at a link of
 * exactly that rate; below zero it is credit.
 */
export interface VirtualBuffer {
  /** Drains until `now` at `bitrate`. */
  advance(now: number, bitrate: number): void;
  spend(bits: number): void;
  /** Corrects the content upwards, when the transport knows of a longer backlog. */
  raiseTo(ms: number): void;
  contentMs(): number;
  full(): boolean;
  /** bits of an ordinary frame */
  allowance(intervalMs: number): number;
  /** bits of an extraordinary frame that may fill the buffer up to `budgetMs` */
  room(budgetMs: number): number;
}

export function createVirtualBuffer(options: VirtualBufferOptions): VirtualBuffer {
  let bits = 0;
  let bitsPerMs = 0;
  let at: number | undefined;

  return {
    advance(now, bitrate) {
      bitsPerMs = bitrate / 1000;
      bits = Math.max(bits - bitsPerMs * (now - (at ?? now)), -options.creditMs * bitsPerMs);
      at = now;
    },
    spend(spent) {
      bits += spent;
    },
    raiseTo(ms) {
      bits = Math.max(bits, ms * bitsPerMs);
    },
    contentMs: () => (bitsPerMs > 0 ? bits / bitsPerMs : 0),
    full: () => bits >= options.fullMs * bitsPerMs,
    allowance(intervalMs) {
      const even = intervalMs * bitsPerMs;
      const corrected = even - bits * Math.min(1, intervalMs / options.correctionMs);
      return Math.min(MAX_ALLOWANCE * even, Math.max(MIN_ALLOWANCE * even, corrected));
    },
    room: (budgetMs) => Math.max(0, budgetMs * bitsPerMs - bits),
  };
}
