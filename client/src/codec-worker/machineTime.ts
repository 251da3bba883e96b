/** This machine's clock, ms since the epoch; the same in every thread of the page. */
export function machineTime(): number {
  return performance.timeOrigin + performance.now();
}
