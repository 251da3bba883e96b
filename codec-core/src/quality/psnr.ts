import { CodecError } from '../errors.js';
import { i420Size } from '../frame/i420.js';

/** Peak signal-to-noise ratio in dB of each plane of an 8-bit 4:2:0 picture. */
export interface PlanePsnr {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** Value reported for identical planes, in dB; finite values are cut here as well. */
export const PSNR_CAP = 100;

/** PSNR in dB, at most `PSNR_CAP`, of 8-bit samples with the mean squared error `mse` ≥ 0. */
export function psnrFromMse(mse: number): number {
  return mse <= 0 ? PSNR_CAP : Math.min(PSNR_CAP, 10 * Math.log10((255 * 255) / mse));
}

function planeMse(a: Uint8Array, b: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return sum / (end - start);
}

/**
 * PSNR per plane of two tightly packed I420 pictures of the same size.
 *
 * @throws CodecError `bad-argument` when a picture does not have `i420Size(width, height)` bytes.
 */
export function planePsnr(a: Uint8Array, b: Uint8Array, width: number, height: number): PlanePsnr {
  const size = i420Size(width, height);
  if (a.length !== size || b.length !== size) {
    throw new CodecError(
      'bad-argument',
      `Expected two I420 pictures of ${width}×${height} (${size} bytes), got ${a.length} and ${b.length}.`,
    );
  }
  const u = width * height;
  const v = u + (size - u) / 2;
  return {
    y: psnrFromMse(planeMse(a, b, 0, u)),
    u: psnrFromMse(planeMse(a, b, u, v)),
    v: psnrFromMse(planeMse(a, b, v, size)),
  };
}

/** One figure for a picture or a sequence, luma six times as heavy as each chroma plane. */
export function weightedPsnr(psnr: PlanePsnr): number {
  return (6 * psnr.y + psnr.u + psnr.v) / 8;
}

/** Mean over frames of the PSNR of each plane (not the PSNR of the mean error). */
export class PsnrMean {
  #y = 0;
  #u = 0;
  #v = 0;
  #frames = 0;

  add(psnr: PlanePsnr): void {
    this.#y += psnr.y;
    this.#u += psnr.u;
    this.#v += psnr.v;
    this.#frames++;
  }

  /** Undefined before the first frame. */
  get mean(): PlanePsnr | undefined {
    const n = this.#frames;
    return n === 0 ? undefined : { y: this.#y / n, u: this.#u / n, v: this.#v / n };
  }
}
