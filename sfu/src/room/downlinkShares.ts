/** How a downlink is divided among the video sources that flow through it. */

export interface Demand {
  readonly key: string;
  /** > 0. */
  readonly weight: number;
  /** What the source takes at most, bit/s; Infinity where nobody knows. */
  readonly most: number;
  /** It has something of the downlink already. */
  readonly served: boolean;
}

/** Less than this is no picture, bit/s; one that was stopped needs a little more to come back. */
const LEAST = 36_000;
export const LEAST_TO_START = 48_000;
/** Kept for sound at least where there is any, bit/s: somebody may begin to speak. */
const LEAST_SOUND = 36_000;

/**
 * By weight; what one source does not take goes to the others. Where it is not enough for all, the
 * sources of least weight get nothing, so that the others have a picture.
 *
 * @param budget bit/s for all of them; Infinity while nothing is known
 * @returns bit/s by key
 */
export function shareDownlink(
  budget: number,
  demands: readonly Demand[],
): ReadonlyMap<string, number> {
  const shares = new Map(demands.map(({ key }) => [key, 0]));
  const byWeight = [...demands].sort((a, b) => b.weight - a.weight);
  while (byWeight.length > 0) {
    const divided = divide(budget, byWeight);
    const starved = byWeight.findLast(({ key, most, served }) => {
      const least = Math.min(most, served ? LEAST : LEAST_TO_START);
      return (divided.get(key) ?? 0) < least;
    });
    if (starved === undefined) {
      for (const [key, share] of divided) shares.set(key, share);
      break;
    }
    byWeight.splice(byWeight.indexOf(byWeight.at(-1) ?? starved), 1);
  }
  return shares;
}

function divide(budget: number, demands: readonly Demand[]): Map<string, number> {
  const shares = new Map<string, number>();
  if (budget === Infinity) {
    for (const { key, most } of demands) shares.set(key, most);
    return shares;
  }
  let left = Math.max(0, budget);
  let hungry = [...demands];
  while (hungry.length > 0) {
    const perWeight = left / hungry.reduce((sum, { weight }) => sum + weight, 0);
    const full = hungry.filter(({ most, weight }) => most <= perWeight * weight);
    if (full.length === 0) {
      for (const { key, weight } of hungry) shares.set(key, perWeight * weight);
      return shares;
    }
    for (const { key, most } of full) {
      shares.set(key, most);
      left -= most;
    }
    hungry = hungry.filter((demand) => !full.includes(demand));
  }
  return shares;
}

/**
 * What is left to video; sound goes first, but leaves the least that makes a picture, where that leaves sound its
 * own.
 *
 * @param budget bit/s for both
 * @param sounds bit/s that each stream of sound took lately
 * @returns bit/s, below 0 where not even sound fits
 */
export function besideSound(budget: number, sounds: readonly number[]): number {
  if (sounds.length === 0) return budget;
  const taken = sounds.reduce((sum, rate) => sum + rate, 0);
  return budget - Math.max(LEAST_SOUND, Math.min(taken, budget - LEAST));
}
