/** Opus for a voice: what Chromium takes by default, and where the link is narrow, bit/s without headers. */
export const USUAL_SOUND_BITRATE = 32_000;
const NARROW_SOUND_BITRATE = 20_000;
/** Estimates, bit/s, below which sound takes less, and above which it takes the usual again. */
const NARROW_BELOW = 180_000;
const WIDE_ABOVE = 240_000;

/**
 * Bit rate of the sound, of which a narrow link has a third left for the picture otherwise.
 *
 * @param estimate of the link, bit/s
 * @param before bit rate until now
 */
export function soundBitrateFor(estimate: number, before: number): number {
  if (estimate < NARROW_BELOW) return NARROW_SOUND_BITRATE;
  return estimate > WIDE_ABOVE ? USUAL_SOUND_BITRATE : before;
}
