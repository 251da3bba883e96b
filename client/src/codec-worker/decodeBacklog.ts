import type { Packet } from '../transport/packet.js';

/**
 * Packets that wait for the decoder, and the receiver's late policy: when
 * decoding falls behind, everything before the newest waiting key frame is
 * given up, in this one place, with a counter. Without a key frame among them
 * everything is given up and a key frame is needed.
 */
export class DecodeBacklog {
  readonly #maxPackets: number;
  readonly #onKeyFrameNeeded: () => void;
  #packets: Packet[] = [];
  #dropped = 0;

  constructor(maxPackets: number, onKeyFrameNeeded: () => void) {
    this.#maxPackets = maxPackets;
    this.#onKeyFrameNeeded = onKeyFrameNeeded;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(packet: Packet): void {
    this.#packets.push(packet);
    if (this.#packets.length <= this.#maxPackets) return;
    const keyFrame = this.#packets.findLastIndex((waiting) => waiting.keyFrame);
    if (keyFrame === 0) return;
    const dropped = keyFrame < 0 ? this.#packets.length : keyFrame;
    this.#packets = this.#packets.slice(dropped);
    this.#dropped += dropped;
    if (keyFrame < 0) this.#onKeyFrameNeeded();
  }

  shift(): Packet | undefined {
    return this.#packets.shift();
  }
}
