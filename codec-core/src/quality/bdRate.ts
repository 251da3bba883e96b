/** One operating point of a codec on one clip; any unit of rate, quality growing with quality. */
export interface RatePoint {
  readonly rate: number;
  readonly quality: number;
}

export interface BdRate {
  /** Mean difference of rate at equal quality in percent; negative: the tested codec needs less. */
  readonly percent: number;
  /** Range of quality that both curves cover and the mean is taken over. */
  readonly overlap: readonly [low: number, high: number];
}

interface Curve {
  readonly quality: readonly number[];
  readonly logRate: readonly number[];
}

/**
 * The curve as log10(rate) over strictly rising quality. A point that costs at least as much as a
 * better one is left out, so that both coordinates rise together.
 */
function curve(points: readonly RatePoint[]): Curve {
  const falling = points
    .filter((point) => point.rate > 0 && Number.isFinite(point.quality))
    .sort((a, b) => b.quality - a.quality || a.rate - b.rate);
  const kept: RatePoint[] = [];
  for (const point of falling) {
    const better = kept[kept.length - 1];
    if (!better || (point.quality < better.quality && point.rate < better.rate)) kept.push(point);
  }
  kept.reverse();
  return {
    quality: kept.map((point) => point.quality),
    logRate: kept.map((point) => Math.log10(point.rate)),
  };
}

/**
 * Slopes of the monotone piecewise cubic Hermite interpolant (Fritsch, Butland: "A method for
 * constructing local monotone piecewise cubic interpolants", 1984; the `pchip` of MATLAB and SciPy).
 */
function pchipSlopes(x: readonly number[], y: readonly number[]): number[] {
  const n = x.length;
  const h = (i: number) => at(x, i + 1) - at(x, i);
  const secant = (i: number) => (at(y, i + 1) - at(y, i)) / h(i);
  if (n === 2) return [secant(0), secant(0)];
  const slopes = new Array<number>(n).fill(0);
  for (let i = 1; i < n - 1; i++) {
    const before = secant(i - 1);
    const after = secant(i);
    if (before * after <= 0) continue;
    const w1 = 2 * h(i) + h(i - 1);
    const w2 = h(i) + 2 * h(i - 1);
    slopes[i] = (w1 + w2) / (w1 / before + w2 / after);
  }
  slopes[0] = endSlope(h(0), h(1), secant(0), secant(1));
  slopes[n - 1] = endSlope(h(n - 2), h(n - 3), secant(n - 2), secant(n - 3));
  return slopes;
}

/** Three-point slope at an end, cut so that the end piece stays monotone. */
function endSlope(h0: number, h1: number, secant0: number, secant1: number): number {
  const slope = ((2 * h0 + h1) * secant0 - h0 * secant1) / (h0 + h1);
  if (slope * secant0 <= 0) return 0;
  return secant0 * secant1 < 0 && Math.abs(slope) > 3 * Math.abs(secant0) ? 3 * secant0 : slope;
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`No value at ${index} of ${values.length}.`);
  return value;
}

/** Integral of the interpolant from `low` to `high`, both within its nodes. */
function integrate({ quality: x, logRate: y }: Curve, low: number, high: number): number {
  const slopes = pchipSlopes(x, y);
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const from = Math.max(low, at(x, i));
    const to = Math.min(high, at(x, i + 1));
    if (to <= from) continue;
    const h = at(x, i + 1) - at(x, i);
    const primitive = (value: number) => {
      const t = (value - at(x, i)) / h;
      const [t2, t3, t4] = [t * t, t ** 3, t ** 4];
      return (
        h *
        (at(y, i) * (t4 / 2 - t3 + t) +
          h * at(slopes, i) * (t4 / 4 - (2 * t3) / 3 + t2 / 2) +
          at(y, i + 1) * (t3 - t4 / 2) +
          h * at(slopes, i + 1) * (t4 / 4 - t3 / 3))
      );
    };
    sum += primitive(to) - primitive(from);
  }
  return sum;
}

/**
 * Bjøntegaard difference of rate (VCEG-M33) of `test` against `reference`: the mean over the
 * qualities both reach of the difference of log rate, each curve interpolated by monotone cubics
 * through its points. Undefined when a curve has fewer than two usable points or none overlap.
 */
export function bdRate(
  reference: readonly RatePoint[],
  test: readonly RatePoint[],
): BdRate | undefined {
  const a = curve(reference);
  const b = curve(test);
  if (a.quality.length < 2 || b.quality.length < 2) return undefined;
  const low = Math.max(at(a.quality, 0), at(b.quality, 0));
  const high = Math.min(at(a.quality, a.quality.length - 1), at(b.quality, b.quality.length - 1));
  if (high <= low) return undefined;
  const difference = (integrate(b, low, high) - integrate(a, low, high)) / (high - low);
  return { percent: (10 ** difference - 1) * 100, overlap: [low, high] };
}
