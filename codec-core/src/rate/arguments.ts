import { CodecError } from '../errors.js';

/** `value` within [`min`, `max`]. Throws `bad-argument` on NaN, infinities and what is not a number. */
export function clampArgument(name: string, value: number, min: number, max: number): number {
  if (!Number.isFinite(value)) {
    throw new CodecError(
      'bad-argument',
      `rate control: ${name} is ${String(value)}; pass a finite number (${min} to ${max})`,
    );
  }
  return Math.min(max, Math.max(min, value));
}
