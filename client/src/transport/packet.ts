/**
 * The bytes of one carrier frame on the wire:
 *
 *     carrier frame | packet … packet | trailer
 *
 * The carrier's own VP8 bytes come first, so the SFU and the VP8 depacketizer
 * see an ordinary frame, and the receiver can restore them for its decoder.
 * Usually there is one packet; a carrier frame that the browser's encoder
 * dropped leaves its packet to the next one.
 *
 * Numbers are big-endian. Packet header, 23 bytes: flags u8, sequence u32,
 * capture time u48, stage stamps 4 × u16, codec byte count u24, distance to the
 * reference u8 (how many packets back; 0 for a key frame). A packet that holds a part of its frame
 * (flag 4) goes on with part number u8, parts without the parities u8, parts in all u8, codec bytes of the frame
 * in all u24. Trailer, 8 bytes: carrier byte count u16, packet count u8, version u8, magic u32. Times are ticks of
 * 100 µs.
 */

/** When each stage of the sender had the frame, ms after its capture, 0…6553.5. */
export interface SenderStamps {
  /** The worker took the frame from the camera. */
  readonly read: number;
  readonly encodeStart: number;
  readonly encodeEnd: number;
  /** The carrier frame left through the sender transform. */
  readonly sent: number;
}

/** How YUV samples mean colours (ITU-R BT.601 or BT.709). */
export interface PictureColor {
  readonly matrix: 'bt601' | 'bt709';
  readonly fullRange: boolean;
}

/** Which part of its frame's bytes a packet holds. */
export interface Part {
  /**
   * 0…{@link LAST_PART}: each before `count` holds its share of the bytes in order, the others are their parities;
   * from `total` on they were sent later, as some of the first were lost.
   */
  readonly index: number;
  /** Parts without the parities, 1…{@link MOST_PARTS}. */
  readonly count: number;
  /** With the parities that were sent at first, `count`…{@link LAST_PART} + 1. */
  readonly total: number;
  /** The codec's bytes of the frame in all. */
  readonly length: number;
}

/** One coded frame with what the receiver must know before it decodes. */
export interface Packet {
  /** Counts the coded frames of one producer from 0. */
  readonly sequence: number;
  /** Capture time in room time (the server's clock), ms, a multiple of 0.1. */
  readonly captureTime: number;
  readonly stamps: SenderStamps;
  /** Sequence number of the frame predicted from, at most 255 back; `undefined` for a key frame. */
  readonly reference: number | undefined;
  readonly color: PictureColor;
  /** The codec's bytes, 1…16777215 of them. */
  readonly data: Uint8Array;
  /** Absent where the packet holds all of them. */
  readonly part?: Part;
}

/** More parts than these nobody has to put together: it takes a receiver time that grows with their square. */
const MOST_PARTS = 16;
export const LAST_PART = 31;

/** Bytes of a carrier with one packet that are not the codec's: the carrier's own (31), header, trailer. */
export const CARRIER_OVERHEAD_BYTES = 62;

export type MalformedReason =
  'version' | 'carrier-length' | 'packet-header' | 'packet-length' | 'packet-part';

/** What a received carrier frame holds. */
export type ParsedCarrier =
  /** No packets: a lone carrier, or not one of ours. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'packets'; readonly carrier: Uint8Array; readonly packets: readonly Packet[] }
  | { readonly kind: 'malformed'; readonly reason: MalformedReason };

const PACKET_VERSION = 4;
const MAX_PACKETS = 255;
const MAGIC = 0x494e4e43;
const HEADER_BYTES = 23;
const PART_HEADER_BYTES = 6;
const TRAILER_BYTES = 8;
const TICKS_PER_MS = 10;
const MAX_DISTANCE = 255;
const FLAG_BT709 = 1;
const FLAG_FULL_RANGE = 2;
const FLAG_PART = 4;

/** Rounds a time in ms to the tick that travels. */
export function toTick(ms: number): number {
  return Math.round(ms * TICKS_PER_MS) / TICKS_PER_MS;
}

function stampTicks(ms: number): number {
  return Math.min(0xffff, Math.max(0, Math.round(ms * TICKS_PER_MS)));
}

/**
 * Puts packets behind the carrier's bytes.
 *
 * @throws RangeError when a count does not fit its field.
 */
export function writeCarrier(carrier: Uint8Array, packets: readonly Packet[]): Uint8Array {
  if (carrier.length > 0xffff) throw new RangeError('A carrier frame has at most 65535 bytes.');
  if (packets.length > MAX_PACKETS) throw new RangeError('A carrier takes at most 255 packets.');
  let length = carrier.length + TRAILER_BYTES;
  for (const packet of packets) {
    if (packet.data.length === 0 || packet.data.length > 0xffffff) {
      throw new RangeError('A packet has 1 to 16777215 codec bytes.');
    }
    length += headerBytes(packet.part !== undefined) + packet.data.length;
  }
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(carrier);
  let at = carrier.length;
  for (const packet of packets) {
    const captureTicks = Math.round(packet.captureTime * TICKS_PER_MS);
    view.setUint8(
      at,
      (packet.color.matrix === 'bt709' ? FLAG_BT709 : 0) |
        (packet.color.fullRange ? FLAG_FULL_RANGE : 0) |
        (packet.part ? FLAG_PART : 0),
    );
    view.setUint32(at + 1, packet.sequence);
    view.setUint16(at + 5, Math.floor(captureTicks / 2 ** 32));
    view.setUint32(at + 7, captureTicks % 2 ** 32);
    view.setUint16(at + 11, stampTicks(packet.stamps.read));
    view.setUint16(at + 13, stampTicks(packet.stamps.encodeStart));
    view.setUint16(at + 15, stampTicks(packet.stamps.encodeEnd));
    view.setUint16(at + 17, stampTicks(packet.stamps.sent));
    setUint24(view, at + 19, packet.data.length);
    view.setUint8(at + 22, distanceOf(packet));
    at += HEADER_BYTES;
    if (packet.part) {
      view.setUint8(at, packet.part.index);
      view.setUint8(at + 1, packet.part.count);
      view.setUint8(at + 2, packet.part.total);
      setUint24(view, at + 3, packet.part.length);
      at += PART_HEADER_BYTES;
    }
    bytes.set(packet.data, at);
    at += packet.data.length;
  }
  view.setUint16(at, carrier.length);
  view.setUint8(at + 2, packets.length);
  view.setUint8(at + 3, PACKET_VERSION);
  view.setUint32(at + 4, MAGIC);
  return bytes;
}

function headerBytes(isPart: boolean): number {
  return HEADER_BYTES + (isPart ? PART_HEADER_BYTES : 0);
}

function setUint24(view: DataView, at: number, value: number): void {
  view.setUint8(at, value >>> 16);
  view.setUint16(at + 1, value & 0xffff);
}

function getUint24(view: DataView, at: number): number {
  return view.getUint8(at) * 0x10000 + view.getUint16(at + 1);
}

/** Bytes of a part, 0 or less where there can be no such part. */
function partBytes({ index, count, length }: Part): number {
  const size = Math.ceil(length / count);
  if (index >= count) return size;
  return Math.min(size, length - index * size);
}

function isPossible(part: Part, bytes: number): boolean {
  const { index, count, total } = part;
  const last = partBytes({ ...part, index: count - 1 });
  const numbered = count > 0 && count <= MOST_PARTS && index <= LAST_PART;
  const totalled = count <= total && total <= LAST_PART + 1;
  return numbered && totalled && last > 0 && bytes === partBytes(part);
}

function distanceOf({ sequence, reference }: Packet): number {
  if (reference === undefined) return 0;
  const distance = sequence - reference;
  if (distance < 1 || distance > MAX_DISTANCE) {
    throw new RangeError('A reference is 1 to 255 packets back.');
  }
  return distance;
}

function readPart(view: DataView, at: number): Part {
  return {
    index: view.getUint8(at),
    count: view.getUint8(at + 1),
    total: view.getUint8(at + 2),
    length: getUint24(view, at + 3),
  };
}

/** Takes a received carrier frame apart. Total: never throws, never reads outside. */
export function parseCarrier(bytes: Uint8Array): ParsedCarrier {
  const end = bytes.length - TRAILER_BYTES;
  if (end < 0) return { kind: 'plain' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(end + 4) !== MAGIC) return { kind: 'plain' };
  if (view.getUint8(end + 3) !== PACKET_VERSION) return { kind: 'malformed', reason: 'version' };
  const carrierLength = view.getUint16(end);
  if (carrierLength > end) return { kind: 'malformed', reason: 'carrier-length' };
  const packets: Packet[] = [];
  let at = carrierLength;
  for (let left = view.getUint8(end + 2); left > 0; left -= 1) {
    if (at + HEADER_BYTES > end) return { kind: 'malformed', reason: 'packet-header' };
    const flags = view.getUint8(at);
    const start = at + headerBytes((flags & FLAG_PART) !== 0);
    const length = getUint24(view, at + 19);
    const next = start + length;
    if (length === 0 || next > end) return { kind: 'malformed', reason: 'packet-length' };
    const part = (flags & FLAG_PART) === 0 ? undefined : readPart(view, at + HEADER_BYTES);
    if (part && !isPossible(part, length)) return { kind: 'malformed', reason: 'packet-part' };
    const sequence = view.getUint32(at + 1);
    const distance = view.getUint8(at + 22);
    packets.push({
      sequence,
      captureTime: (view.getUint16(at + 5) * 2 ** 32 + view.getUint32(at + 7)) / TICKS_PER_MS,
      stamps: {
        read: view.getUint16(at + 11) / TICKS_PER_MS,
        encodeStart: view.getUint16(at + 13) / TICKS_PER_MS,
        encodeEnd: view.getUint16(at + 15) / TICKS_PER_MS,
        sent: view.getUint16(at + 17) / TICKS_PER_MS,
      },
      reference: distance === 0 ? undefined : sequence - distance,
      color: {
        matrix: (flags & FLAG_BT709) !== 0 ? 'bt709' : 'bt601',
        fullRange: (flags & FLAG_FULL_RANGE) !== 0,
      },
      data: bytes.subarray(start, next),
      ...(part && { part }),
    });
    at = next;
  }
  if (at !== end) return { kind: 'malformed', reason: 'packet-length' };
  return { kind: 'packets', carrier: bytes.subarray(0, carrierLength), packets };
}
