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
  const { audioBitrate, rttMs, lossFraction, jitterMs } = reading;
  return {
    availableOutgoingBitrate: (available * weight) / totalWeight,
    ...{ audioBitrate, rttMs, lossFraction, jitterMs },
  };
}

/** One INN layer that is coded at present. */
export interface ActiveLayer {
  readonly weight: number;
  /** bit/s */
  readonly most: number;
}

/**
 * The readings of a source's layers: sound is kept once, the rest goes by
 * weight, and what one layer may not use goes to the others.
 */
export function shareAmongLayers(
  reading: NetworkReading,
  layers: readonly ActiveLayer[],
): NetworkReading[] {
  if (layers.length === 1) return [reading];
  let left = Math.max(0, reading.availableOutgoingBitrate - reading.audioBitrate);
  let weight = layers.reduce((sum, layer) => sum + layer.weight, 0);
  const shares = new Map<ActiveLayer, number>();
  for (const layer of [...layers].sort((a, b) => a.most / a.weight - b.most / b.weight)) {
    const share = Math.min(layer.most, (left * layer.weight) / weight);
    shares.set(layer, share);
    left -= share;
    weight -= layer.weight;
  }
  return layers.map((layer) => ({
    ...reading,
    availableOutgoingBitrate: (shares.get(layer) ?? 0) + reading.audioBitrate,
  }));
}
