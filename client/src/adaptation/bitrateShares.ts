import type { NetworkReading } from '../codec-worker/messages.js';

/**
 * What one of several INN senders may count on: the estimate without the VP8
 * senders' part, divided by weight.
 *
 * @param weight of this sender, > 0
 * @param totalWeight of all INN senders
 */
export function shareOf(
  reading: NetworkReading,
  vp8Bitrate: number,
  weight: number,
  totalWeight: number,
): NetworkReading {
  const available = Math.max(0, reading.availableOutgoingBitrate - vp8Bitrate);
  return {
    availableOutgoingBitrate: (available * weight) / totalWeight,
    rttMs: reading.rttMs,
    lossFraction: reading.lossFraction,
    jitterMs: reading.jitterMs,
  };
}
