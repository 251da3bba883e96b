const KNOTS = 9;
const SPACING = 8;
/** The lossless index has step 1, as index 4 nearly has; the networks see it as that. */
const LOSSLESS_AS = 4;

/** How much each of nine knots at qp 0, 8, .. 64 counts for a quantization index; sums to 1. */
export function knotWeights(qp: number): Float32Array {
  const seen = qp === 0 ? LOSSLESS_AS : qp;
  const weights = new Float32Array(KNOTS);
  const low = Math.floor(seen / SPACING);
  const fraction = (seen % SPACING) / SPACING;
  weights[low] = 1 - fraction;
  weights[low + 1] = fraction;
  return weights;
}
