/** Waiting times before each attempt to reach the server again, ms. */
export const RECONNECT_DELAYS = [0, 300, 1200, 2700, 4800, 7000] as const;
const JITTER = 0.2;

/**
 * Waiting time before attempt `attempt` (from 0), ms, or `undefined` when the
 * server counts as gone.
 *
 * The jitter of ±20 % keeps the peers of a restarted server apart.
 *
 * @param random uniform in 0…1
 */
export function reconnectDelay(attempt: number, random: () => number): number | undefined {
  const delay = RECONNECT_DELAYS[attempt];
  return delay === undefined ? undefined : delay * (1 + JITTER * (2 * random() - 1));
}
