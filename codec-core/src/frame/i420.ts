import { CodecError } from '../errors.js';

/** Largest width and height of a picture, in luma samples. */
export const MAX_DIMENSION = 4096;
/** Smallest width and height of a picture, in luma samples. */
export const MIN_DIMENSION = 8;

/**
 * An 8-bit I420 picture, tightly packed: `width * height` luma samples, then U and V of
 * `ceil(width / 2) * ceil(height / 2)` samples each, all row by row.
 */
export interface I420Frame {
  readonly width: number;
  readonly height: number;
  /** Capture time in microseconds, on the clock of whoever captured it. */
  readonly timestamp: number;
  readonly data: Uint8Array;
}

/** Bytes of an I420 picture. */
export function i420Size(width: number, height: number): number {
  return width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
}

/** Views of the three planes of a frame; no copy. */
export function planesOf(frame: Omit<I420Frame, 'timestamp'>): {
  y: Uint8Array;
  u: Uint8Array;
  v: Uint8Array;
} {
  const luma = frame.width * frame.height;
  const chroma = ((frame.width + 1) >> 1) * ((frame.height + 1) >> 1);
  return {
    y: frame.data.subarray(0, luma),
    u: frame.data.subarray(luma, luma + chroma),
    v: frame.data.subarray(luma + chroma, luma + 2 * chroma),
  };
}

/** @throws CodecError 'bad-argument' when the size is not a whole number within 8..4096. */
export function checkDimensions(width: number, height: number): void {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < MIN_DIMENSION || value > MAX_DIMENSION) {
      throw new CodecError(
        'bad-argument',
        `${name} is ${value}; use a whole number from ${MIN_DIMENSION} to ${MAX_DIMENSION}`,
      );
    }
  }
}

/** @throws CodecError 'bad-argument' when size and data of the frame do not agree. */
export function checkFrame(frame: I420Frame): void {
  checkDimensions(frame.width, frame.height);
  const expected = i420Size(frame.width, frame.height);
  if (frame.data.length !== expected) {
    throw new CodecError(
      'bad-argument',
      `frame data has ${frame.data.length} bytes; ${frame.width}x${frame.height} I420 needs ${expected}`,
    );
  }
}
