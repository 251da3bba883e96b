import { FRAME_ID_MODULUS } from '../bitstream/header.js';

/** This many pictures stay for prediction, the newest among them. */
const RECENT_FRAMES = 12;
/** Pictures whose number is a multiple of this are anchors: they stay longer. */
const ANCHOR_SPACING = 16;
/** An anchor stays until it is this far back: 3.2 s at 30 frames/s. */
const ANCHOR_FRAMES = 96;

/**
 * Whether a decoder that has just stored picture `newest` still holds picture `frameId`, if it ever
 * did. Both are frame numbers, modulo 256; the rule is part of the bitstream.
 */
export function isRetained(frameId: number, newest: number): boolean {
  const age = (newest - frameId + FRAME_ID_MODULUS) % FRAME_ID_MODULUS;
  return age < RECENT_FRAMES || (frameId % ANCHOR_SPACING === 0 && age < ANCHOR_FRAMES);
}
