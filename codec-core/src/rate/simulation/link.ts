import { createRandom } from './random.js';

export interface LinkOptions {
  readonly seed: number;
  /** bit/s at a time in ms */
  readonly capacity: (now: number) => number;
  /** one way, ms */
  readonly delayMs: number;
  /** share of packets lost at random, 0..1 */
  readonly loss: number;
  /** ms of the capacity that the bottleneck's queue holds before it drops */
  readonly queueMs: number;
}

export interface Packet {
  readonly bits: number;
  readonly sentAt: number;
  /** number of the frame, or -1 for audio */
  readonly frame: number;
}

export interface Arrival {
  readonly packet: Packet;
  /** ms, undefined when the packet was lost */
  readonly at: number | undefined;
}

/** One direction of a path with a drop-tail bottleneck, served in steps of a millisecond. */
export interface Link {
  send(packet: Packet): void;
  /** Serves the millisecond that begins at `now`; what left the bottleneck or was lost. */
  step(now: number): readonly Arrival[];
}

/** A queue holds this much even at an outage, bits: room for some packets. */
const MIN_QUEUE_BITS = 50_000;

export function createLink(options: LinkOptions): Link {
  const random = createRandom(options.seed);
  const queue: Packet[] = [];
  let queuedBits = 0;
  let tokens = 0;
  let dropped: Packet[] = [];
  let limitBits = MIN_QUEUE_BITS;

  return {
    send(packet) {
      if (queuedBits + packet.bits > limitBits || random.uniform() < options.loss) {
        dropped.push(packet);
        return;
      }
      queue.push(packet);
      queuedBits += packet.bits;
    },
    step(now) {
      const capacity = options.capacity(now);
      limitBits = Math.max(MIN_QUEUE_BITS, (capacity * options.queueMs) / 1000);
      tokens += capacity / 1000;
      const arrivals: Arrival[] = dropped.map((packet) => ({ packet, at: undefined }));
      dropped = [];
      for (let head = queue[0]; head && head.bits <= tokens; head = queue[0]) {
        queue.shift();
        tokens -= head.bits;
        queuedBits -= head.bits;
        arrivals.push({ packet: head, at: now + options.delayMs });
      }
      if (queue.length === 0) tokens = 0;
      return arrivals;
    },
  };
}
