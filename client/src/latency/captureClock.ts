/**
 * Turns a captured frame's timestamp (µs of an unknown origin) into this
 * machine's clock (`performance.timeOrigin + performance.now()`, ms).
 *
 * The offset between both is constant, and a frame is read after its capture,
 * so the smallest difference seen is the offset up to the shortest delivery.
 */
export class CaptureClock {
  #offset = Infinity;

  /** @returns the capture time in ms of the machine's clock, at most `readAt` */
  toMachineTime(timestamp: number, readAt: number): number {
    this.#offset = Math.min(this.#offset, readAt - timestamp / 1000);
    return timestamp / 1000 + this.#offset;
  }
}
