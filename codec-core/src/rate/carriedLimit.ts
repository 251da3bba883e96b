/** Growth of the limit since frames last waited, by the second and by its third power: slow near, fast beyond. */
const GROWTH = 0.02;
const CUBIC_GROWTH = 0.008;

/**
 * What the link was seen to carry while frames waited. The browser's estimate rises beyond the link until
 * it sees the queue that it made, which takes seconds on a narrow one; this limit sees it within a frame
 * or two. It is forgotten in the manner of CUBIC (RFC 9438), as a link that carried so much may carry more.
 */
export interface CarriedLimit {
  /** Frames wait, and so many bit/s come through. */
  note(now: number, bitrate: number): void;
  /** bit/s; Infinity where frames never waited */
  bitrate(now: number): number;
}

export function createCarriedLimit(): CarriedLimit {
  let carried = Infinity;
  let at = 0;
  return {
    note(now, bitrate) {
      carried = bitrate;
      at = now;
    },
    bitrate(now) {
      const seconds = (now - at) / 1000;
      return carried * (1 + GROWTH * seconds + CUBIC_GROWTH * seconds ** 3);
    },
  };
}
