/** Seeded source of random numbers. */
export interface Random {
  /** uniform in [0, 1) */
  uniform(): number;
  /** normal, mean 0, variance 1 */
  normal(): number;
}

/** mulberry32 (T. Ettinger, public domain): 32 bits of state are enough for a simulation. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function uniform(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    uniform,
    /** Box–Muller */
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
