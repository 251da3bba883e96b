/** Growth of the most, by the second and by its third power: slow near what was seen, fast beyond. */
const GROWTH = 0.02;
const CUBIC_GROWTH = 0.008;
/** Weight of a reading in the mean, which so much of is believed for so long, ms. */
const MEAN_WEIGHT = 0.2;
const SURE_SHARE = 0.9;
const SURE_MS = 6000;

/**
 * What the link was seen to carry while frames waited, bit/s of video. The browser's estimate rises
 * beyond the link until it sees the queue that it made, which takes seconds on a narrow one; then it falls
 * far below. This is known within a frame or two.
 */
export interface Carried {
  /** Frames wait, and so many bit/s come through. */
  note(now: number, bitrate: number): void;
  /**
   * The link carries no more; Infinity where frames never waited. Forgotten in the manner of CUBIC (RFC 9438), as
   * a link that carried so much may carry more.
   */
  most(now: number): number;
  /** The link carries that much, unless frames wait again; 0 where that is long ago. */
  least(now: number): number;
}

export function createCarried(): Carried {
  let last = Infinity;
  let mean = 0;
  let at = -Infinity;
  return {
    note(now, bitrate) {
      mean = now - at > SURE_MS ? bitrate : mean + MEAN_WEIGHT * (bitrate - mean);
      last = bitrate;
      at = now;
    },
    most(now) {
      if (at === -Infinity) return Infinity;
      const seconds = (now - at) / 1000;
      return last * (1 + GROWTH * seconds + CUBIC_GROWTH * seconds ** 3);
    },
    least: (now) => (now - at > SURE_MS ? 0 : SURE_SHARE * Math.min(mean, last)),
  };
}
