/** RTP ticks per ms of a video stream. */
const RTP_PER_MS = 90;
const RTP_MODULUS = 2 ** 32;
/** The encoder rounds timestamps to 1 ms; two carriers are never this close. */
const TOLERANCE_MS = 3;
const MAX_WRITTEN = 64;

interface Written<Payload> {
  /** Timestamp of the carrier frame, ms. */
  readonly time: number;
  readonly payload: Payload | undefined;
}

/**
 * Finds which written carrier frame came out of the browser's encoder.
 *
 * RTP timestamps follow the frame's own timestamp with an unknown offset per
 * stream. The first frame that comes out is taken for the last one written
 * (carriers without payload are written until then), and every match renews
 * the offset. Payloads whose carrier was dropped by the encoder leave with the
 * next match, in their order: losing one would break the prediction chain.
 */
export class CarrierMatcher<Payload> {
  readonly #written: Written<Payload>[] = [];
  /** RTP ticks minus frame time, modulo 2³². */
  #offset: number | undefined;
  #overflowed = 0;

  /** Whether a carrier frame has come out, so that payloads find their way. */
  get anchored(): boolean {
    return this.#offset !== undefined;
  }

  /** Payloads that were given up because no carrier came out for too long. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** Notes a carrier frame about to be written, `time` in ms. */
  write(time: number, payload?: Payload): void {
    this.#written.push({ time, payload });
    if (this.#written.length > MAX_WRITTEN) {
      if (this.#written.shift()?.payload !== undefined) this.#overflowed += 1;
    }
  }

  /** Payloads that leave with the encoded frame of this RTP timestamp. */
  take(rtpTimestamp: number): Payload[] {
    const matched = this.#find(rtpTimestamp);
    const last = matched ?? this.#written.at(-1);
    if (last === undefined) return [];
    this.#offset = modulo(rtpTimestamp - Math.round(last.time * RTP_PER_MS));
    const out: Payload[] = [];
    while (this.#written.length > 0) {
      const first = this.#written[0];
      if (first === undefined || first.time > last.time) break;
      this.#written.shift();
      if (first.payload !== undefined) out.push(first.payload);
    }
    return out;
  }

  #find(rtpTimestamp: number): Written<Payload> | undefined {
    const offset = this.#offset;
    if (offset === undefined) return undefined;
    return this.#written.find((written) => {
      const difference = modulo(rtpTimestamp - offset - Math.round(written.time * RTP_PER_MS));
      const distance = Math.min(difference, RTP_MODULUS - difference);
      return distance <= TOLERANCE_MS * RTP_PER_MS;
    });
  }
}

function modulo(value: number): number {
  return ((value % RTP_MODULUS) + RTP_MODULUS) % RTP_MODULUS;
}
