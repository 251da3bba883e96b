/** Another burst of losses hits the probe less likely after this time, ms. */
const DELAY_MS = 10;
/** A path that loses nothing for so long is taken to be clean again, ms. */
const LOSSY_MS = 5_000;

export interface TailProbeOptions {
  /** ms */
  readonly now: () => number;
  /** Sends a packet without payload. */
  readonly probe: () => Promise<void>;
  readonly onError: (cause: unknown) => void;
}

/**
 * While packets get lost, an empty carrier follows each picture: the loss of a picture's last packet,
 * often its only one, shows when a later packet arrives, and the next picture is a frame interval away
 * (as TCP's tail loss probe, RFC 8985 section 7).
 */
export class TailProbe {
  readonly #options: TailProbeOptions;
  #lossyUntil = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TailProbeOptions) {
    this.#options = options;
  }

  /** The transport or a receiver says that something was lost. */
  noteLoss(): void {
    this.#lossyUntil = this.#options.now() + LOSSY_MS;
  }

  /** A picture has just left. */
  follow(): void {
    this.cancel();
    const { now, probe, onError } = this.#options;
    if (now() >= this.#lossyUntil) return;
    this.#timer = setTimeout(() => void probe().catch(onError), DELAY_MS);
  }

  /** Something else is about to leave. */
  cancel(): void {
    clearTimeout(this.#timer);
  }
}
