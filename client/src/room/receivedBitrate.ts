/** What a receiver's streams bring, by the browser's counters: RTP payload with repairs, no headers. */
export class ReceivedBitrate {
  #before = new Map<string, RTCInboundRtpStreamStats>();
  #latest: number | undefined;

  /** Between the last two looks, bit/s; `undefined` where no stream was there at both. */
  get latest(): number | undefined {
    return this.#latest;
  }

  /** @param streams of one video: its layers, or its one stream */
  look(streams: readonly RTCInboundRtpStreamStats[]): void {
    const rates = streams.flatMap((stream) => {
      const before = this.#before.get(stream.id);
      const ms = stream.timestamp - (before?.timestamp ?? stream.timestamp);
      if (before === undefined || ms <= 0) return [];
      return [(8000 * ((stream.bytesReceived ?? 0) - (before.bytesReceived ?? 0))) / ms];
    });
    this.#before = new Map(streams.map((stream) => [stream.id, stream]));
    this.#latest = rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0);
  }
}
