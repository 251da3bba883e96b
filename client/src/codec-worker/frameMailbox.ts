/** Why a captured frame was not coded. */
export type DropReason =
  /** A newer frame came while the encoder was busy. */
  | 'late'
  /** The operating point asks for fewer frames. */
  | 'frame-rate'
  /** The carrier does not flow yet, or no longer. */
  | 'transport'
  /** The receivers have this very picture, captured once more or repeated, already. */
  | 'unchanged'
  /** The picture is switched off or nobody watches. */
  | 'paused'
  /** The encoder failed on it. */
  | 'failed';

export type DropCounts = Readonly<Record<DropReason, number>>;

/** The one place where the sender gives captured frames up, with a counter. */
export class DropCounter {
  readonly #counts: Record<DropReason, number> = {
    late: 0,
    'frame-rate': 0,
    transport: 0,
    unchanged: 0,
    paused: 0,
    failed: 0,
  };

  add(reason: DropReason): void {
    this.#counts[reason] += 1;
  }

  get counts(): DropCounts {
    return { ...this.#counts };
  }
}

/**
 * The late-frame policy of the sender: one place, the newest frame wins.
 *
 * `put` replaces a frame that still waits and counts it as late; `take`
 * resolves with the newest frame, or `undefined` after `close`.
 */
export class FrameMailbox<Frame> {
  readonly #drops: DropCounter;
  #frame: Frame | undefined;
  #taken: Frame | undefined;
  #spare = false;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(drops: DropCounter) {
    this.#drops = drops;
  }

  put(frame: Frame): void {
    if (this.#closed) return;
    if (this.#frame !== undefined && !this.#spare) this.#drops.add('late');
    this.#spare = false;
    this.#frame = frame;
    this.#wake?.();
  }

  /** As `put`, for a frame that any other one makes superfluous. */
  putSpare(frame: Frame): void {
    if (this.#closed || this.#frame !== undefined) return;
    this.#spare = true;
    this.#frame = frame;
    this.#wake?.();
  }

  /** One reader at a time. */
  async take(): Promise<Frame | undefined> {
    if (this.#frame === undefined && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#taken = this.#frame;
    this.#frame = undefined;
    return this.#taken;
  }

  /** The frame that waits, and the one taken last until the next is. */
  get held(): readonly Frame[] {
    return [this.#frame, this.#taken].filter((frame) => frame !== undefined);
  }

  close(): void {
    this.#closed = true;
    this.#frame = undefined;
    this.#taken = undefined;
    this.#wake?.();
  }
}
