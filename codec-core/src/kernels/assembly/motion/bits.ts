import { decodeBit, decodeBypass, encodeBit, encodeBypass } from '../entropy/rangeCoder';

/*
 * One door for all bits of motion: written, read, or only measured. The syntax is walked by the
 * same code in all three cases, so that encoder, decoder and cost estimate cannot differ.
 */

export const WRITE: i32 = 0;
export const READ: i32 = 1;
export const MEASURE: i32 = 2;

/** Entries of the table of code lengths: one per 1/1024 of probability. */
const LENGTHS: i32 = 1024;
const CODE_LENGTHS = memory.data(LENGTHS * 4, 4);
let codeLengthsReady: bool = false;

let mode: i32 = WRITE;

/** Bits counted since `startMeasuring`. */
export let measuredBits: f32 = 0;

/** Chooses what becomes of the bits coded next: `WRITE`, `READ` or `MEASURE`. */
export function selectMode(next: i32): void {
  mode = next;
  if (next != MEASURE || codeLengthsReady) return;
  for (let i = 0; i < LENGTHS; i++) {
    const probability = (<f32>i + 0.5) / <f32>LENGTHS;
    store<f32>(CODE_LENGTHS + ((<usize>i) << 2), -Mathf.log2(probability));
  }
  codeLengthsReady = true;
}

/** True when values come from the stream. */
@inline
export function isReading(): bool {
  return mode == READ;
}

export function startMeasuring(): void {
  measuredBits = 0;
}

/** Code length of a bit under the present state of a model. */
@inline
function codeLength(model: usize, bit: u32): f32 {
  const one = (<u32>load<u16>(model) + <u32>load<u16>(model, 2)) >> 7;
  const index = bit ? one : LENGTHS - 1 - one;
  return load<f32>(CODE_LENGTHS + ((<usize>index) << 2));
}

/** Codes one bit with an adaptive model; returns the bit written, read or measured. */
export function codeBit(model: usize, bit: u32): u32 {
  if (mode == READ) return decodeBit(model);
  if (mode == WRITE) encodeBit(model, bit);
  else measuredBits += codeLength(model, bit);
  return bit;
}

/** Codes equiprobable bits; returns the value written, read or measured. */
export function codeBypass(value: u32, bits: u32): u32 {
  if (mode == READ) return decodeBypass(bits);
  if (mode == WRITE) encodeBypass(value, bits);
  else measuredBits += <f32>bits;
  return value;
}
