/**
 * Multi-scale structural similarity (Wang, Simoncelli, Bovik: "Multi-scale structural similarity
 * for image quality assessment", Asilomar 2003) of 8-bit luma planes.
 */
import { CodecError } from '../errors.js';

/** Exponents of the five scales, finest first; they add up to 1. */
export const MS_SSIM_WEIGHTS: readonly number[] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

const WINDOW = 11;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Dissimilarity below which two pictures count as equal when expressed in dB (60 dB). */
const MIN_DISSIMILARITY = 1e-6;

/** MS-SSIM expressed as −10·log10(1 − value) dB, at most 60; the scale BD-rates are taken on. */
export function msSsimDecibel(value: number): number {
  return -10 * Math.log10(Math.max(MIN_DISSIMILARITY, 1 - value));
}

/** Number of scales whose picture still holds an 11×11 window: 5 from 176×176 upwards. */
export function msSsimScales(width: number, height: number): number {
  let scales = 1;
  let side = Math.min(width, height) >> 1;
  while (scales < MS_SSIM_WEIGHTS.length && side >= WINDOW) {
    scales++;
    side >>= 1;
  }
  return scales;
}

function gaussian(taps: number): Float64Array {
  const kernel = new Float64Array(taps);
  const centre = (taps - 1) / 2;
  for (let i = 0; i < taps; i++) kernel[i] = Math.exp(-((i - centre) ** 2) / (2 * SIGMA * SIGMA));
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((value) => value / sum);
}

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Means over all windows: contrast·structure alone, and with luminance. */
interface Similarity {
  readonly contrastStructure: number;
  readonly ssim: number;
}

/** `target` = Σ `kernel[k]` · (row k of the window); taps at equal distance from the centre share one pass. */
function blur(row: (k: number) => Float64Array, kernel: Float64Array, target: Float64Array): void {
  const last = kernel.length - 1;
  for (let k = 0; 2 * k <= last; k++) {
    const weight = (kernel[k] as number) / (2 * k === last ? 2 : 1);
    const near = row(k);
    const far = row(last - k);
    if (k === 0) target.fill(0);
    for (let x = 0; x < target.length; x++) {
      target[x] = (target[x] as number) + weight * ((near[x] as number) + (far[x] as number));
    }
  }
}

/**
 * Single-scale similarity over all windows that lie inside the picture. Rows are blurred
 * horizontally once into a ring of as many rows as the window has, then summed vertically.
 */
function similarity(a: Plane, b: Plane): Similarity {
  const { width, height } = a;
  const kernel = gaussian(Math.min(WINDOW, width, height));
  const taps = kernel.length;
  const outWidth = width - taps + 1;
  const outHeight = height - taps + 1;
  // Four moments decide SSIM: E[a], E[b], E[a² + b²], E[ab].
  const inputs = quad(width);
  const rings = Array.from({ length: taps }, () => quad(outWidth));
  const outputs = quad(outWidth);
  const [meanA, meanB, squares, products] = outputs;
  let contrastStructure = 0;
  let ssim = 0;
  for (let row = 0; row < height; row++) {
    moments(a.data, b.data, row * width, inputs);
    const slot = rings[row % taps] as Quad;
    inputs.forEach((input, m) => {
      blur((k) => input.subarray(k, k + outWidth), kernel, slot[m] as Float64Array);
    });
    if (row < taps - 1) continue;
    outputs.forEach((output, m) => {
      blur((k) => rings[(row + 1 + k) % taps]?.[m] as Float64Array, kernel, output);
    });
    for (let x = 0; x < outWidth; x++) {
      const ma = meanA[x] as number;
      const mb = meanB[x] as number;
      const product = 2 * ma * mb;
      const square = ma * ma + mb * mb;
      const cs =
        (2 * (products[x] as number) - product + C2) / ((squares[x] as number) - square + C2);
      contrastStructure += cs;
      ssim += (cs * (product + C1)) / (square + C1);
    }
  }
  const windows = outWidth * outHeight;
  return { contrastStructure: contrastStructure / windows, ssim: ssim / windows };
}

/** Rows are float64: variances are small differences of large moments. */
type Quad = [Float64Array, Float64Array, Float64Array, Float64Array];

function quad(length: number): Quad {
  return [
    new Float64Array(length),
    new Float64Array(length),
    new Float64Array(length),
    new Float64Array(length),
  ];
}

function moments(a: Float32Array, b: Float32Array, offset: number, into: Quad): void {
  const [left, right, squares, products] = into;
  for (let x = 0; x < left.length; x++) {
    const va = a[offset + x] as number;
    const vb = b[offset + x] as number;
    left[x] = va;
    right[x] = vb;
    squares[x] = va * va + vb * vb;
    products[x] = va * vb;
  }
}

/** Mean of 2×2 samples; an odd last column or row is dropped. */
function halve(plane: Plane): Plane {
  const width = plane.width >> 1;
  const height = plane.height >> 1;
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const top = 2 * y * plane.width;
    const bottom = top + plane.width;
    for (let x = 0; x < width; x++) {
      data[y * width + x] =
        ((plane.data[top + 2 * x] as number) +
          (plane.data[top + 2 * x + 1] as number) +
          (plane.data[bottom + 2 * x] as number) +
          (plane.data[bottom + 2 * x + 1] as number)) /
        4;
    }
  }
  return { width, height, data };
}

/**
 * MS-SSIM of two luma planes of `width`×`height` 8-bit samples (further bytes are ignored, so that
 * whole I420 pictures can be passed), in 0..1, 1 for equal planes. Contrast·structure of every
 * scale and the luminance of the coarsest, 11×11 Gaussian window with σ = 1.5, windows inside the
 * picture only. Pictures below 176 samples on a side have fewer scales (`msSsimScales`), with the
 * weights of those divided by their sum; below 11 samples the window shrinks to the picture.
 * Negative similarity counts as 0.
 *
 * @throws CodecError `bad-argument` when a plane is shorter than `width·height` or a side is below 1.
 */
export function msSsim(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  const samples = width * height;
  if (width < 1 || height < 1 || a.length < samples || b.length < samples) {
    throw new CodecError('bad-argument', `Expected two luma planes of ${width}×${height} samples.`);
  }
  const scales = msSsimScales(width, height);
  const weights = MS_SSIM_WEIGHTS.slice(0, scales);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left: Plane = { width, height, data: Float32Array.from(a.subarray(0, samples)) };
  let right: Plane = { width, height, data: Float32Array.from(b.subarray(0, samples)) };
  let value = 1;
  weights.forEach((weight, scale) => {
    if (scale > 0) {
      left = halve(left);
      right = halve(right);
    }
    const { contrastStructure, ssim } = similarity(left, right);
    const factor = scale === scales - 1 ? ssim : contrastStructure;
    value *= Math.max(0, factor) ** (weight / total);
  });
  return value;
}
