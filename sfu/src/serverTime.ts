/** Server clock, ms since the epoch with fraction; monotonic, so that exchanges agree. */
export function serverTime(): number {
  return performance.timeOrigin + performance.now();
}
