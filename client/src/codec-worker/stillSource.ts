import type { CapturedPicture } from '../capture/framePicture.js';
import { samePicture } from '../capture/pixels.js';

/** How often a picture that is settled keeps its carrier flowing, ms. */
const KEEP_ALIVE_MS = 400;

/** A picture on its way to the encoder. */
export interface Arrival {
  readonly picture: CapturedPicture;
  /** Of the captured frame, µs. */
  readonly timestamp: number;
  /** Machine times, ms. */
  readonly readAt: number;
  readonly capturedAt: number;
}

export interface StillSourceOptions {
  /** Time after which a picture is taken again when nothing new came, ms. */
  readonly intervalMs: number;
  /** Machine time, ms. */
  readonly now: () => number;
  /** Takes the last picture once more, as of now. */
  readonly repeat: (arrival: Arrival) => void;
}

/**
 * Makes a source of pictures out of one that falls silent while nothing
 * changes, as captured screens do: the last picture comes again until it has
 * settled, that is, until the receivers have it bit by bit.
 */
export class StillSource {
  readonly #options: StillSourceOptions;
  #latest: Arrival | undefined;
  #changedAt = 0;
  #settled = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StillSourceOptions) {
    this.#options = options;
  }

  /** Whether the last picture needs no more coding. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The picture that may come again. */
  get latest(): CapturedPicture | undefined {
    return this.#latest?.picture;
  }

  /** Notes a captured picture; one that equals the last is given back as that one. */
  captured(arrival: Arrival): Arrival {
    const before = this.#latest?.picture;
    if (before !== undefined && samePicture(before, arrival.picture)) {
      this.#latest = { ...arrival, picture: before };
    } else {
      this.#latest = arrival;
      this.#changedAt = arrival.capturedAt;
      this.#settled = false;
    }
    return this.#latest;
  }

  /** How long the source has stood still at this machine time, ms. */
  stillMs(at: number): number {
    return Math.max(0, at - this.#changedAt);
  }

  /** The picture was sent; `exact`: the receivers have it bit by bit. */
  coded(picture: CapturedPicture, exact: boolean): void {
    this.#settled = exact && picture === this.#latest?.picture;
  }

  /** Somebody lacks the picture: it has to be coded anew. */
  unsettle(): void {
    this.#settled = false;
    this.#schedule(0);
  }

  /** The last picture was dealt with: it comes again if nothing else comes first. */
  dealtWith({ capturedAt }: Arrival): void {
    const { intervalMs, now } = this.#options;
    const due = this.#settled ? KEEP_ALIVE_MS : intervalMs - (now() - capturedAt);
    this.#schedule(Math.max(1, due));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#latest = undefined;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#repeat(), delayMs);
  }

  #repeat(): void {
    const latest = this.#latest;
    if (latest === undefined) return;
    const now = this.#options.now();
    this.#options.repeat({
      picture: latest.picture,
      timestamp: latest.timestamp + (now - latest.capturedAt) * 1000,
      readAt: now,
      capturedAt: now,
    });
  }
}
