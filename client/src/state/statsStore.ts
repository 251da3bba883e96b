import { create } from 'zustand';
import type { CallStats } from '../room/callStats.js';

/** Five minutes at one sample per second. */
const KEPT = 300;

interface StatsHistory {
  /** Oldest first. */
  readonly samples: readonly CallStats[];
}

export const useStats = create<StatsHistory>()(() => ({ samples: [] }));

/** Appends a sample and forgets the oldest ones. */
export function addStats(sample: CallStats): void {
  useStats.setState(({ samples }) => ({ samples: [...samples, sample].slice(-KEPT) }));
}

export function clearStats(): void {
  useStats.setState({ samples: [] });
}
