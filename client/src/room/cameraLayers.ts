import { LIMITS, type LayerOffer } from '@inncall/sfu/protocol';
import type { VideoTarget } from '../settings.js';

/** The full picture; every smaller layer has half the sides of the one above. */
export const FULL_LAYER = LIMITS.layers - 1;
/** Narrower than that nobody shows a picture, pixels. */
const MIN_WIDTH = 160;
/** A picture of a quarter of the pixels takes about a third of the bits (rate model: pixels^0.8). */
const RATE_EXPONENT = 0.8;
const MIN_BITRATE = 64_000;

/** Factor on both sides of the picture, 1 for the full layer. */
export function scaleOf(layer: number): number {
  return 2 ** (layer - FULL_LAYER);
}

/** bits of a layer as a share of those of the full one. */
export function rateShareOf(layer: number): number {
  return scaleOf(layer) ** (2 * RATE_EXPONENT);
}

/**
 * The layers of a picture, the full one first.
 *
 * @param count how many this device can code, 1…3; small pictures have fewer
 */
export function layersOf(
  { width, height, maxBitrate }: Omit<VideoTarget, 'frameRate'>,
  count: number,
): LayerOffer[] {
  const layers = Array.from({ length: LIMITS.layers }, (_, index) => FULL_LAYER - index);
  return layers
    .filter((layer, index) => index === 0 || (index < count && width * scaleOf(layer) >= MIN_WIDTH))
    .map((layer) => ({
      layer,
      width: sideAt(width, layer),
      height: sideAt(height, layer),
      maxBitrate: Math.min(maxBitrate, Math.max(MIN_BITRATE, maxBitrate * rateShareOf(layer))),
    }));
}

function sideAt(side: number, layer: number): number {
  return Math.max(16, Math.round((side * scaleOf(layer)) / 2) * 2);
}
