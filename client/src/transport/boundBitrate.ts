import type { types } from 'mediasoup-client';

/** Bounds what the browser's own encoder takes, bit/s. */
export function boundBitrate(producer: types.Producer, maxBitrate: number): void {
  // A producer that closes meanwhile needs no bound.
  producer.setRtpEncodingParameters({ maxBitrate }).catch(() => undefined);
}
