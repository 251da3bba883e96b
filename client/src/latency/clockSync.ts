import { ClockOffset, type ClockEstimate } from './clockOffset.js';

const FIRST_EXCHANGES = 5;
const FIRST_INTERVAL_MS = 120;
const INTERVAL_MS = 4_000;

export interface ClockSyncOptions {
  /** One exchange with the server; all times ms since the epoch. */
  readonly ask: (t0: number) => Promise<{ t0: number; t1: number; t2: number }>;
  /** Machine time, ms. */
  readonly now: () => number;
  readonly onEstimate: (estimate: ClockEstimate) => void;
}

/** Keeps the offset between this machine's clock and the server's known. */
export class ClockSync {
  readonly #options: ClockSyncOptions;
  readonly #offset = new ClockOffset();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #exchanges = 0;
  #closed = false;

  constructor(options: ClockSyncOptions) {
    this.#options = options;
    void this.#exchange();
  }

  get estimate(): ClockEstimate | undefined {
    return this.#offset.estimate;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #exchange(): Promise<void> {
    try {
      const sent = this.#options.now();
      const { t1, t2 } = await this.#options.ask(sent);
      const received = this.#options.now();
      this.#offset.add({ sent, serverReceived: t1, serverSent: t2, received });
      const estimate = this.#offset.estimate;
      if (estimate !== undefined && !this.#closed) this.#options.onEstimate(estimate);
    } catch {
      // The connection is away; the next exchange finds it again or the call ends.
    }
    this.#exchanges += 1;
    if (this.#closed) return;
    const interval = this.#exchanges < FIRST_EXCHANGES ? FIRST_INTERVAL_MS : INTERVAL_MS;
    this.#timer = setTimeout(() => void this.#exchange(), interval);
  }
}
