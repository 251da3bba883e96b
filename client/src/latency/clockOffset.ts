/** One exchange with the server, all in ms: client clock for sent/received. */
export interface ClockExchange {
  readonly sent: number;
  readonly serverReceived: number;
  readonly serverSent: number;
  readonly received: number;
}

/** Room time = machine time + `offset`, wrong by at most `uncertainty` (ms). */
export interface ClockEstimate {
  readonly offset: number;
  readonly uncertainty: number;
  readonly roundTrip: number;
}

const MAX_EXCHANGES = 12;

/**
 * Offset of the server's clock, as NTP (RFC 5905, section 8) computes it.
 *
 * Of the latest exchanges the one with the shortest round trip counts: it had
 * the least room for an asymmetric delay, and half of it bounds the error.
 */
export class ClockOffset {
  readonly #exchanges: ClockEstimate[] = [];

  add(exchange: ClockExchange): void {
    const { sent, serverReceived, serverSent, received } = exchange;
    const roundTrip = Math.max(0, received - sent - (serverSent - serverReceived));
    this.#exchanges.push({
      offset: (serverReceived - sent + (serverSent - received)) / 2,
      uncertainty: roundTrip / 2,
      roundTrip,
    });
    if (this.#exchanges.length > MAX_EXCHANGES) this.#exchanges.shift();
  }

  /** `undefined` before the first exchange. */
  get estimate(): ClockEstimate | undefined {
    let best: ClockEstimate | undefined;
    for (const exchange of this.#exchanges) {
      if (best === undefined || exchange.roundTrip < best.roundTrip) best = exchange;
    }
    return best;
  }
}
