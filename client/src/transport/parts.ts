import { parityOf, restoreParts } from './erasureCode.js';
import { divideFrame } from './frameDivision.js';
import { LAST_PART, type Packet, type Part } from './packet.js';

const REMEMBERED_FRAMES = 64;

/**
 * The packet in parts that travel in carriers of their own, parities among them: any so many as the frame has
 * parts without them make the frame.
 *
 * @param loss share of packets that get lost, 0…1
 */
export function splitPacket(packet: Packet, loss: number): Packet[] {
  const { data } = packet;
  const { length } = data;
  const { count, total, size } = divideFrame(length, loss);
  if (total === 1) return [packet];
  const parts = Array.from({ length: count }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
  const parities = Array.from({ length: total - count }, (_, i) => parityOf(parts, size, i));
  return [...parts, ...parities].map((bytes, index) => ({
    ...packet,
    data: bytes,
    part: { index, count, total, length },
  }));
}

/**
 * What to send of a packet that {@link splitPacket} divided and a receiver lacks: further parities.
 *
 * @param loss as it was then
 * @param lacking parts that it needs; 0 where it has none or that is not known: all of them
 */
export function furtherParts(packet: Packet, loss: number, lacking: number): Packet[] {
  const parts = splitPacket(packet, loss);
  const part = parts[0]?.part;
  if (part === undefined || lacking === 0) return parts;
  const { count, total, length } = part;
  const size = Math.ceil(length / count);
  const data = parts.slice(0, count).map((own) => own.data);
  return Array.from({ length: Math.min(lacking, LAST_PART + 1 - total) }, (_, i) => ({
    ...packet,
    data: parityOf(data, size, total - count + i),
    part: { ...part, index: total + i },
  }));
}

interface Frame extends Omit<Part, 'index'> {
  /** Parts by their number; none of a frame that was put together. */
  readonly parts: Map<number, Uint8Array>;
  readonly seen: Set<number>;
}

/** Puts frames together again as soon as enough of their parts are here, in any order and number. */
export class PartCollector {
  /** By sequence number. */
  readonly #frames = new Map<number, Frame>();
  /** Newest sequence number of which something came. */
  #newest: number | undefined;
  #passed = -Infinity;
  #recovered = 0;
  #missing = 0;

  /** Frames that were put together although a part of them had not come when a later frame began. */
  get recovered(): number {
    return this.#recovered;
  }

  /** Packets that had not come when a later frame began; frames of which nothing came are one in a row. */
  get missing(): number {
    return this.#missing;
  }

  /** What is not here of frames up to this sequence number will not come, unless packets overtake each other. */
  get passed(): number {
    return this.#passed;
  }

  /** Parts that a frame needs yet; 0 where nothing came of it, or all. */
  lackingOf(sequence: number): number {
    const frame = this.#frames.get(sequence);
    return frame === undefined ? 0 : Math.max(0, frame.count - frame.seen.size);
  }

  /** @returns the whole packet if this one completes it, or is one */
  push(packet: Packet): Packet | undefined {
    const { part, sequence } = packet;
    this.#beginAt(packet);
    if (part === undefined) return packet;
    const frame = this.#frames.get(sequence) ?? this.#begin(sequence, part);
    const { index, count, total, length } = part;
    // Parts that do not belong together are somebody's mistake: the first one counts.
    const belongs = frame.count === count && frame.total === total && frame.length === length;
    if (!belongs || frame.seen.has(index)) return undefined;
    const before = frame.seen.size;
    frame.seen.add(index);
    if (before >= count) return undefined;
    frame.parts.set(index, packet.data);
    const possible = frame.seen.size + total - 1 - Math.max(...frame.seen);
    if (possible < count) this.#passed = Math.max(this.#passed, sequence);
    if (frame.seen.size < count) return undefined;
    const { part: _, ...whole } = packet;
    const data = join(frame);
    frame.parts.clear();
    return { ...whole, data };
  }

  #begin(sequence: number, { count, total, length }: Part): Frame {
    const frame = { count, total, length, parts: new Map(), seen: new Set<number>() };
    this.#frames.set(sequence, frame);
    for (const old of this.#frames.keys()) {
      if (this.#frames.size <= REMEMBERED_FRAMES) break;
      this.#frames.delete(old);
    }
    return frame;
  }

  /** The first of a frame: the one before is over. */
  #beginAt({ sequence, reference }: Packet): void {
    const before = this.#newest;
    if (before !== undefined && sequence <= before) return;
    this.#newest = sequence;
    if (before === undefined) return;
    // After a key frame nobody needs what was before.
    if (reference !== undefined) this.#passed = Math.max(this.#passed, sequence - 1);
    if (sequence > before + 1) this.#missing += 1;
    const frame = this.#frames.get(before);
    if (frame === undefined || frame.seen.size >= frame.total) return;
    this.#missing += frame.total - frame.seen.size;
    if (frame.seen.size >= frame.count) this.#recovered += 1;
  }
}

function join({ parts, count, length }: Frame): Uint8Array {
  const size = Math.ceil(length / count);
  const data = new Uint8Array(length);
  for (const [index, part] of restoreParts(parts, count, size).entries()) {
    const at = index * size;
    data.set(part.subarray(0, length - at), at);
  }
  return data;
}
