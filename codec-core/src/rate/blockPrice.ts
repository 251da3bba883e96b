/** ms that the shares below refer to, where frames come no faster: rare pictures shall be no later. */
const LONGEST_INTERVAL_MS = 1000 / 30;
/** Share of it that a picture may take on this device before blocks get dearer. */
const COMFORTABLE_SHARE = 0.5;
/** Bits for each interval more. */
const BITS_PER_INTERVAL = 30;
/** Less than half of the blocks are coded then, for 10 % more rate at equal quality (docs/RESEARCH.md). */
const HIGHEST_BITS = 16;

/**
 * Price in bits, 0..16, of the time that coding a block takes. How many blocks are coded decides how long
 * networks and entropy coding take, on both sides, and those that gain least are given up for little:
 * where bits are not scarce, this comes before anything else that a slow device gives up.
 * @param busyMs that encoding and decoding take per frame
 */
export function blockPriceAt(busyMs: number, frameIntervalMs: number): number {
  const share = busyMs / Math.min(frameIntervalMs, LONGEST_INTERVAL_MS);
  const bits = BITS_PER_INTERVAL * (share - COMFORTABLE_SHARE);
  return Math.min(HIGHEST_BITS, Math.max(0, bits));
}
