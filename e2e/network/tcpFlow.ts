const PACKET_BYTES = 1240;
const FIRST_WINDOW = 10;
const DUPLICATES = 3;
const MIN_TIMEOUT_MS = 400;

/** A packet of a {@link TcpFlow}. */
export interface TcpPacket {
  readonly bytes: number;
  readonly sequence: number;
  readonly sentAt: number;
}

/**
 * A long TCP transfer that competes for the bottleneck, as in RFC 8867, section 5.7: slow start,
 * additive increase, halving at a loss (NewReno, RFC 6582), reduced to what decides its rate: lost
 * packets are not sent again, since nobody reads the data. Time is an argument.
 */
export class TcpFlow {
  #window = FIRST_WINDOW;
  #threshold = Infinity;
  #next = 0;
  #inFlight = new Map<number, number>();
  #recoverUntil = -1;
  #roundTripMs = 100;
  #heardAt: number | undefined;

  /** What the window lets go now. */
  send(now: number): TcpPacket[] {
    this.#heardAt ??= now;
    if (this.#inFlight.size > 0 && now - this.#heardAt > this.#timeoutMs) this.#restart(now);
    const packets: TcpPacket[] = [];
    while (this.#inFlight.size < Math.floor(this.#window)) {
      const sequence = this.#next++;
      this.#inFlight.set(sequence, now);
      packets.push({ bytes: PACKET_BYTES, sequence, sentAt: now });
    }
    return packets;
  }

  /** The acknowledgement of a packet came back. */
  acknowledge(now: number, { sequence, sentAt }: TcpPacket): void {
    if (!this.#inFlight.delete(sequence)) return;
    this.#heardAt = now;
    this.#roundTripMs += (now - sentAt - this.#roundTripMs) / 8;
    this.#window += this.#window < this.#threshold ? 1 : 1 / this.#window;
    for (const older of this.#inFlight.keys()) {
      if (older > sequence - DUPLICATES) break;
      this.#inFlight.delete(older);
      this.#noteLoss(older);
    }
  }

  get #timeoutMs(): number {
    return Math.max(MIN_TIMEOUT_MS, 3 * this.#roundTripMs);
  }

  #noteLoss(sequence: number): void {
    if (sequence <= this.#recoverUntil) return;
    this.#threshold = Math.max(2, this.#window / 2);
    this.#window = this.#threshold;
    this.#recoverUntil = this.#next - 1;
  }

  #restart(now: number): void {
    this.#inFlight = new Map();
    this.#threshold = Math.max(2, this.#window / 2);
    this.#window = 1;
    this.#recoverUntil = this.#next - 1;
    this.#heardAt = now;
  }
}
