import { createWire, PACKET_OVERHEAD_BYTES } from '@inncall/codec-core';
import { CARRIER_OVERHEAD_BYTES } from './packet.js';

/** What a carrier with one packet takes on the wire. */
export const WIRE = createWire(CARRIER_OVERHEAD_BYTES, PACKET_OVERHEAD_BYTES);

/** What a frame in parts of so many bytes takes on the wire. */
export function bitsOfParts(parts: readonly number[]): number {
  return parts.reduce((sum, bytes) => sum + WIRE.bits(bytes), 0);
}
