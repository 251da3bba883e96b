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
  /**
   * What is known of the real backlog at present, ms: counts where it is longer. A lower rate then does
   * not make the content last longer: how soon it is gone shows by itself.
   */
  setBacklog(ms: number | undefined): void;
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
  let backlogMs: number | undefined;
  let at: number | undefined;

  /** No backlog leaves credit as it is. */
  const content = (): number =>
    backlogMs !== undefined && backlogMs > 0 ? Math.max(bits, backlogMs * bitsPerMs) : bits;

  return {
    advance(now, bitrate) {
      const rate = bitrate / 1000;
      if (backlogMs !== undefined && rate < bitsPerMs) bits *= rate / bitsPerMs;
      bitsPerMs = rate;
      bits = Math.max(bits - bitsPerMs * (now - (at ?? now)), -options.creditMs * bitsPerMs);
      at = now;
    },
    spend(spent) {
      bits += spent;
    },
    setBacklog(ms) {
      backlogMs = ms;
    },
    contentMs: () => (bitsPerMs > 0 ? content() / bitsPerMs : 0),
    full: () => bits >= options.fullMs * bitsPerMs,
    allowance(intervalMs) {
      const even = intervalMs * bitsPerMs;
      const corrected = even - content() * Math.min(1, intervalMs / options.correctionMs);
      return Math.min(MAX_ALLOWANCE * even, Math.max(MIN_ALLOWANCE * even, corrected));
    },
    room: (budgetMs) => Math.max(0, budgetMs * bitsPerMs - content()),
  };
}
