import type { Packet } from '../transport/packet.js';

/**
 * Packets that wait for the decoder, and the receiver's late policy: when
 * decoding falls behind, everything before the newest waiting key frame is
 * given up, in this one place, with a counter; without a key frame among them
 * everything is.
 */
export class DecodeBacklog {
  readonly #maxPackets: number;
  readonly #onDropped: (packets: readonly Packet[]) => void;
  #packets: Packet[] = [];
  #dropped = 0;

  constructor(maxPackets: number, onDropped: (packets: readonly Packet[]) => void) {
    this.#maxPackets = maxPackets;
    this.#onDropped = onDropped;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(packet: Packet): void {
    this.#packets.push(packet);
    if (this.#packets.length <= this.#maxPackets) return;
    const keyFrame = this.#packets.findLastIndex(({ reference }) => reference === undefined);
    if (keyFrame === 0) return;
    const dropped = this.#packets.slice(0, keyFrame < 0 ? this.#packets.length : keyFrame);
    this.#packets = this.#packets.slice(dropped.length);
    this.#dropped += dropped.length;
    this.#onDropped(dropped);
  }

  shift(): Packet | undefined {
    return this.#packets.shift();
  }
}
