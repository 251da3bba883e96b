import { FULL_LAYER, scaleOf } from '../room/cameraLayers.js';

/** What coding and decoding take of this device at present. */
export interface DeviceLoad {
  /** ms to code one picture of this many pixels. */
  readonly encodeMs: number;
  readonly pixels: number;
  /** Pixels of the full layer. */
  readonly fullPixels: number;
  /** ms between two frames of the source. */
  readonly frameIntervalMs: number;
  /** ms that decoding all received pictures takes in one frame interval. */
  readonly decodeMs: number;
}

/** Share of the frame interval that coding may fill; one more layer needs clearly less. */
const FILL = 0.9;
const FILL_FOR_MORE = 0.7;
/** Samples of 250 ms for the average, and how long a change must be due. */
const SMOOTHING = 0.1;
const PATIENCE = 12;
/** Layers run in threads of their own; from this many cores on two of them at a time. */
const CORES_FOR_TWO = 4;

/**
 * How many layers this device can code within a frame interval. A layer has a
 * quarter of the pixels of the one above, and takes as much less time.
 */
export class LayerBudget {
  readonly #capacity: number;
  readonly #most: number;
  #count: number;
  #msPerPixel: number | undefined;
  #due = 0;

  /** @param most 1…3 */
  constructor(cores: number, most: number) {
    this.#capacity = cores >= CORES_FOR_TWO ? 2 : 1;
    this.#most = most;
    this.#count = most;
  }

  get count(): number {
    return this.#count;
  }

  update(load: DeviceLoad): number {
    if (load.encodeMs <= 0 || load.pixels <= 0) return this.#count;
    const sample = load.encodeMs / load.pixels;
    const before = this.#msPerPixel ?? sample;
    this.#msPerPixel = before + SMOOTHING * (sample - before);
    const wanted =
      this.#fitting(load, FILL) < this.#count
        ? this.#count - 1
        : Math.max(this.#count, this.#fitting(load, FILL_FOR_MORE));
    this.#due = wanted === this.#count ? 0 : this.#due + 1;
    if (this.#due >= PATIENCE) {
      this.#due = 0;
      this.#count = Math.min(this.#most, wanted);
    }
    return this.#count;
  }

  #fitting({ fullPixels, frameIntervalMs, decodeMs }: DeviceLoad, fill: number): number {
    const room = frameIntervalMs * this.#capacity * fill - decodeMs;
    let count = 0;
    for (let ms = 0; count < this.#most; count += 1) {
      ms += (this.#msPerPixel ?? 0) * fullPixels * scaleOf(FULL_LAYER - count) ** 2;
      if (ms > room) break;
    }
    return Math.max(1, count);
  }
}
