const INTERVAL_MS = 5;

/**
 * How late this process's timers are: an emulated network in it cannot be more exact than that.
 * @returns stops the watch; 95th percentile in ms
 */
export function watchTimerLateness(): () => number {
  const late: number[] = [];
  let due = performance.now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - due));
    due = now + INTERVAL_MS;
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    late.sort((a, b) => a - b);
    return late[Math.floor(0.95 * late.length)] ?? Number.NaN;
  };
}
