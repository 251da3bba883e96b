/** Coded bytes that share a packet. */
const PACKET_PAYLOAD_BYTES = 1150;

/**
 * Headers of a packet in a browser's call, bytes: RTP with its extensions, VP8 descriptor and SRTP tag, 72 as
 * measured in Chromium 150, UDP and IPv4, 28.
 */
export const PACKET_OVERHEAD_BYTES = 100;

/** Bytes on the wire against bytes of the codec. */
export interface Wire {
  bits(codedBytes: number): number;
  /** RTP packets that it takes. */
  packets(codedBytes: number): number;
  /** Most coded bytes that take no more than `bits` on the wire, ≥ 0. */
  codedBytes(bits: number): number;
}

export function createWire(frameOverheadBytes: number, packetOverheadBytes: number): Wire {
  const packets = (codedBytes: number): number =>
    Math.ceil((codedBytes + frameOverheadBytes) / PACKET_PAYLOAD_BYTES);
  const wireBytes = (codedBytes: number): number =>
    codedBytes + frameOverheadBytes + packets(codedBytes) * packetOverheadBytes;
  return {
    packets,
    bits: (codedBytes) => 8 * wireBytes(codedBytes),
    codedBytes(bits) {
      const total = bits / 8;
      const most = Math.ceil(total / (PACKET_PAYLOAD_BYTES + packetOverheadBytes));
      return Math.max(0, Math.floor(total - most * packetOverheadBytes - frameOverheadBytes));
    },
  };
}
