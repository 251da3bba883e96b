/** Summary of one stage's durations, ms. */
export interface StageSummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The latest durations of one stage, for percentiles. */
export class StageSamples {
  readonly #capacity: number;
  readonly #samples: number[] = [];
  #next = 0;

  /** @param capacity how many of the latest samples count, ≥ 1 */
  constructor(capacity = 300) {
    this.#capacity = capacity;
  }

  add(ms: number): void {
    this.#samples[this.#next] = ms;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  summary(): StageSummary | undefined {
    if (this.#samples.length === 0) return undefined;
    const sorted = [...this.#samples].sort((a, b) => a - b);
    return {
      count: sorted.length,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      max: percentile(sorted, 1),
    };
  }
}

/** Nearest-rank percentile of ascending numbers; `share` in 0…1. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}

/** Median of numbers in any order; `NaN` of none. */
export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
