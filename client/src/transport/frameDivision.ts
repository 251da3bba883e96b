import { bitsOfParts, WIRE } from './wire.js';

/** More carriers for one picture would not leave in time for the next. */
const MAX_PARTS = 12;
const MAX_PARITIES = 4;
/** A part of so many bytes fits one RTP packet, whatever headers are added; of longer ones it takes more. */
const PACKET_BYTES = 1000;
/**
 * Weight of the risk against the bits of the frame as it is. Its root counts: a first stop in a minute is felt more
 * than one more of many.
 */
const RISK_WEIGHT = 5;

/** How a frame is divided into parts, each of which travels in a carrier of its own. */
export interface FrameDivision {
  /** Parts that hold the frame's bytes. */
  readonly count: number;
  /** With the parities; any `count` of them make the frame. */
  readonly total: number;
  /** Bytes of a parity, and of each part but the last. */
  readonly size: number;
}

/**
 * The division of a frame of `length` bytes that costs least: bits on the wire, and the risk that the frame does
 * not arrive.
 *
 * @param loss share of packets that get lost, 0…1, one independent of the other
 */
export function divideFrame(length: number, loss: number): FrameDivision {
  let best: FrameDivision = { count: 1, total: 1, size: length };
  let least = costOf(best, length, loss);
  for (let wanted = 1; wanted <= MAX_PARTS && loss > 0; wanted += 1) {
    const size = Math.ceil(length / wanted);
    const count = Math.ceil(length / size);
    for (let total = count; total <= Math.min(MAX_PARTS, count + MAX_PARITIES); total += 1) {
      const division = { count, total, size };
      const cost = costOf(division, length, loss);
      if (cost >= least) continue;
      least = cost;
      best = division;
    }
  }
  return best;
}

/** Bytes of the parts, in their order. */
export function partLengths({ count, total, size }: FrameDivision, length: number): number[] {
  const last = length - (count - 1) * size;
  return Array.from({ length: total }, (_, index) => (index === count - 1 ? last : size));
}

function costOf(division: FrameDivision, length: number, loss: number): number {
  const { count, total, size } = division;
  const bits = bitsOfParts(partLengths(division, length));
  const partLoss = 1 - (1 - loss) ** Math.ceil(size / PACKET_BYTES);
  const risk = Math.sqrt(moreLost(total, total - count, partLoss));
  return bits + RISK_WEIGHT * WIRE.bits(length) * risk;
}

/** Probability that more than `most` of `total` are lost. */
function moreLost(total: number, most: number, loss: number): number {
  let term = (1 - loss) ** total;
  let arrives = term;
  for (let lost = 1; lost <= most; lost += 1) {
    term *= ((total - lost + 1) / lost) * (loss / (1 - loss));
    arrives += term;
  }
  return Math.max(0, 1 - arrives);
}
