/** Innovations beyond this many standard deviations are clipped. */
const OUTLIER_SIGMAS = 3;

/** Share of the squared innovation of an outlier that is added to the variance of the intercept. */
const OUTLIER_DOUBT = 0.25;

export interface Coefficient {
  /** value before anything was observed, and its standard deviation */
  readonly prior: number;
  readonly deviation: number;
  /** standard deviation of its random walk between two observations */
  readonly drift: number;
  readonly min: number;
  readonly max: number;
}

/** y ≈ Σ w_i·x_i with x_0 = 1, the weights followed as random walks. */
export interface Regression {
  readonly weights: readonly number[];
  predict(x: readonly number[]): number;
  observe(x: readonly number[], y: number): void;
}

/**
 * Linear regression by a Kalman filter whose state is the weights (Harvey, Forecasting, 1989, ch. 3).
 * A lone outlier moves the weights by at most three standard deviations, but leaves doubt behind:
 * when the next observation confirms it, the filter follows at once.
 *
 * @param noise standard deviation of an observation
 */
export function createRegression(coefficients: readonly Coefficient[], noise: number): Regression {
  const weights = coefficients.map((c) => c.prior);
  const covariance = coefficients.map((c, i) =>
    coefficients.map((_, j) => (i === j ? c.deviation ** 2 : 0)),
  );
  const predict = (x: readonly number[]): number => dot(weights, x);

  return {
    weights,
    predict,
    observe(x, y) {
      coefficients.forEach((c, i) => addTo(covariance, i, i, c.drift ** 2));
      const spread = covariance.map((row) => dot(row, x));
      const variance = dot(spread, x) + noise ** 2;
      const error = y - predict(x);
      const bound = OUTLIER_SIGMAS * Math.sqrt(variance);
      const clipped = Math.min(bound, Math.max(-bound, error));
      coefficients.forEach((c, i) => {
        const moved = (weights[i] ?? 0) + ((spread[i] ?? 0) * clipped) / variance;
        weights[i] = Math.min(c.max, Math.max(c.min, moved));
      });
      spread.forEach((si, i) => {
        spread.forEach((sj, j) => addTo(covariance, i, j, (-si * sj) / variance));
      });
      if (clipped !== error) addTo(covariance, 0, 0, OUTLIER_DOUBT * error ** 2);
    },
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function addTo(matrix: number[][], i: number, j: number, value: number): void {
  const row = matrix[i];
  if (row) row[j] = (row[j] ?? 0) + value;
}
