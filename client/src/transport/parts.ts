import { partBytes, type Packet, type Part } from './packet.js';

/** A part of so many bytes fits one RTP packet, whatever headers are added; of long frames it takes more. */
const PART_BYTES = 1000;
/** The parity of a shorter frame would cost more than the frame's rare loss. */
const MIN_PROTECTED_BYTES = 500;
/** More carriers for one picture would not leave in time for the next. */
const MAX_PARTS = 5;
const REMEMBERED_FRAMES = 64;

interface Division {
  /** Parts without the parity. */
  readonly count: number;
  /** Bytes of the parity and of each part but the last. */
  readonly size: number;
}

/** How a frame of `length` bytes is divided; `undefined` where it is too short for that. */
function divide(length: number): Division | undefined {
  if (length < MIN_PROTECTED_BYTES) return undefined;
  const wanted = Math.min(MAX_PARTS, Math.max(2, Math.ceil(length / PART_BYTES)));
  const size = Math.ceil(length / wanted);
  return { count: Math.ceil(length / size), size };
}

/** Bytes of the parts of a frame of `length`, the parity among them. */
export function partLengths(length: number): number[] {
  const division = divide(length);
  if (division === undefined) return [length];
  const { count, size } = division;
  const last = length - (count - 1) * size;
  return [...Array.from({ length: count - 1 }, () => size), last, size];
}

/**
 * The packet in parts that travel in carriers of their own, the last one their parity: any one of them
 * may be lost, and the frame is there all the same. A short frame stays whole.
 */
export function splitPacket(packet: Packet): Packet[] {
  const { data } = packet;
  const { length } = data;
  const division = divide(length);
  if (division === undefined) return [packet];
  const { count, size } = division;
  const parts = Array.from({ length: count }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
  return [...parts, parity(parts, size)].map((bytes, index) => ({
    ...packet,
    data: bytes,
    part: { index, count, length },
  }));
}

function parity(parts: Iterable<Uint8Array>, size: number): Uint8Array {
  const sum = new Uint8Array(size);
  for (const part of parts) for (const [i, byte] of part.entries()) sum[i] = (sum[i] ?? 0) ^ byte;
  return sum;
}

interface Frame {
  readonly count: number;
  readonly length: number;
  /** Parts by their index; none of a frame that was put together. */
  readonly parts: Map<number, Packet>;
  readonly seen: Set<number>;
  /** It is known that a part did not come in time. */
  lacks: boolean;
}

/** Puts frames together again as soon as all parts but one are here, in any order and number. */
export class PartCollector {
  /** By sequence number. */
  readonly #frames = new Map<number, Frame>();
  #recovered = 0;

  /** Frames that were put together although a part of them had not come when a later frame began. */
  get recovered(): number {
    return this.#recovered;
  }

  /** @returns the whole packet if this one completes it, or is one */
  push(packet: Packet): Packet | undefined {
    const { part, sequence } = packet;
    this.#countBefore(sequence);
    if (part === undefined) return packet;
    const { index, count, length } = part;
    const frame = this.#frames.get(sequence) ?? this.#begin(sequence, part);
    // Parts that do not belong together are somebody's mistake: the first one counts.
    if (frame.seen.has(index) || frame.count !== count || frame.length !== length) return undefined;
    const before = frame.seen.size;
    frame.seen.add(index);
    if (before >= count) return undefined;
    frame.parts.set(index, packet);
    if (frame.seen.size < count) return undefined;
    const { part: _, ...whole } = packet;
    const data = join(frame);
    frame.parts.clear();
    return { ...whole, data };
  }

  #begin(sequence: number, { count, length }: Part): Frame {
    const frame = { count, length, parts: new Map(), seen: new Set<number>(), lacks: false };
    this.#frames.set(sequence, frame);
    for (const old of this.#frames.keys()) {
      if (this.#frames.size <= REMEMBERED_FRAMES) break;
      this.#frames.delete(old);
    }
    return frame;
  }

  #countBefore(sequence: number): void {
    for (const [earlier, frame] of this.#frames) {
      if (earlier >= sequence || frame.lacks || frame.seen.size !== frame.count) continue;
      frame.lacks = true;
      this.#recovered += 1;
    }
  }
}

function join({ parts, count, length }: Frame): Uint8Array {
  const size = Math.ceil(length / count);
  const here = [...parts.values()].map(({ data }) => data);
  const data = new Uint8Array(length);
  for (let index = 0; index < count; index += 1) {
    const bytes =
      parts.get(index)?.data ?? parity(here, size).subarray(0, partBytes({ index, count, length }));
    data.set(bytes, index * size);
  }
  return data;
}
