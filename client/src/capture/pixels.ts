/** Size of a picture, both sides even. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** NV12 (luma, then U and V interleaved) to I420 (luma, then U, then V), written to `out`. */
export function splitNv12(
  nv12: Uint8Array,
  { width, height }: Size,
  out: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const luma = width * height;
  const chroma = luma / 4;
  out.set(nv12.subarray(0, luma));
  for (let i = 0; i < chroma; i += 1) {
    out[luma + i] = nv12[luma + 2 * i] ?? 0;
    out[luma + chroma + i] = nv12[luma + 2 * i + 1] ?? 0;
  }
  return out;
}

/**
 * RGBA to I420, ITU-R BT.709 limited range, chroma as the mean of 2×2 pixels, written to `out`.
 * Fixed point with 16 fraction bits.
 */
export function rgbaToI420(
  rgba: Uint8Array,
  { width, height }: Size,
  out: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const luma = width * height;
  let chromaAt = luma;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let corner = 0; corner < 4; corner += 1) {
        const at = (y + (corner >> 1)) * width + x + (corner & 1);
        const r = rgba[at * 4] ?? 0;
        const g = rgba[at * 4 + 1] ?? 0;
        const b = rgba[at * 4 + 2] ?? 0;
        out[at] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16;
        red += r;
        green += g;
        blue += b;
      }
      out[chromaAt] = (-6596 * red - 22189 * green + 28784 * blue + 33685504) >> 18;
      out[chromaAt + luma / 4] = (28784 * red - 26145 * green - 2639 * blue + 33685504) >> 18;
      chromaAt += 1;
    }
  }
  return out;
}

/** Shrinks an I420 picture to `out`; every sample is the mean of the area it covers. */
export function scaleI420(
  picture: Size & { readonly data: Uint8Array },
  to: Size,
  out: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const fromLuma = picture.width * picture.height;
  const toLuma = to.width * to.height;
  const half = (size: Size): Size => ({ width: size.width / 2, height: size.height / 2 });
  const planes = [
    { from: 0, at: 0, source: picture, target: to },
    { from: fromLuma, at: toLuma, source: half(picture), target: half(to) },
    { from: fromLuma * 1.25, at: toLuma * 1.25, source: half(picture), target: half(to) },
  ];
  for (const { from, at, source, target } of planes) {
    scalePlane(picture.data.subarray(from), source, out.subarray(at), target);
  }
  return out;
}

function scalePlane(from: Uint8Array, source: Size, to: Uint8Array, target: Size): void {
  const columns = coverage(source.width, target.width);
  const rows = coverage(source.height, target.height);
  const narrow = new Float32Array(target.width);
  const sums = new Float32Array(target.width);
  let narrowed = -1;
  for (let y = 0; y < target.height; y += 1) {
    sums.fill(0.5);
    for (let tap = rows.first[y] ?? 0; tap < (rows.first[y + 1] ?? 0); tap += 1) {
      const row = rows.sources[tap] ?? 0;
      if (row !== narrowed) narrowRow(from, row * source.width, columns, narrow);
      narrowed = row;
      const weight = rows.weights[tap] ?? 0;
      for (let x = 0; x < target.width; x += 1) {
        sums[x] = (sums[x] ?? 0) + weight * (narrow[x] ?? 0);
      }
    }
    // Storing cuts the fraction off: the half above makes it a rounding.
    to.set(sums, y * target.width);
  }
}

function narrowRow(from: Uint8Array, at: number, columns: Coverage, narrow: Float32Array): void {
  for (let x = 0; x < narrow.length; x += 1) {
    let sum = 0;
    const end = columns.first[x + 1] ?? 0;
    for (let tap = columns.first[x] ?? 0; tap < end; tap += 1) {
      sum += (columns.weights[tap] ?? 0) * (from[at + (columns.sources[tap] ?? 0)] ?? 0);
    }
    narrow[x] = sum;
  }
}

/**
 * Which source samples a target sample covers: taps `first[i]` to
 * `first[i + 1]` with their source position and weight (sum 1).
 */
interface Coverage {
  readonly first: Int32Array;
  readonly sources: Int32Array;
  readonly weights: Float32Array;
}

function coverage(source: number, target: number): Coverage {
  const ratio = source / target;
  const first = new Int32Array(target + 1);
  const sources: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < target; index += 1) {
    const start = index * ratio;
    const end = Math.min(source, start + ratio);
    for (let at = Math.floor(start); at < end; at += 1) {
      sources.push(at);
      weights.push((Math.min(end, at + 1) - Math.max(start, at)) / ratio);
    }
    first[index + 1] = sources.length;
  }
  return { first, sources: Int32Array.from(sources), weights: Float32Array.from(weights) };
}

/**
 * How much detail a picture has: mean absolute difference of luma neighbours, across plus down, on
 * every fourth row, 0…510. 0 for a picture of one row.
 */
export function lumaDetail({ width, height, data }: Size & { readonly data: Uint8Array }): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y + 1 < height; y += 4) {
    for (let at = y * width; at + 1 < (y + 1) * width; at += 1) {
      const here = data[at] ?? 0;
      sum += Math.abs(here - (data[at + 1] ?? 0)) + Math.abs(here - (data[at + width] ?? 0));
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Whether two pictures are equal, sample by sample. */
export function samePicture(
  a: Size & { readonly data: Uint8Array },
  b: Size & { readonly data: Uint8Array },
): boolean {
  if (a.width !== b.width || a.height !== b.height) return false;
  // Most pictures differ early: the loop ends there.
  for (let i = 0; i < a.data.length; i += 1) {
    if (a.data[i] !== b.data[i]) return false;
  }
  return true;
}
