/**
 * Adaptive binary range coder (byte-wise renormalisation with carry propagation, after LZMA's rc).
 * A model is 4 bytes: two u16 estimates of P(bit = 1) in 1/65536, one fast and one slow; their mean
 * codes. Encoder and decoder states are separate, and one of each exists per kernel instance.
 */

const TOP: u32 = 1 << 24;
/** Probabilities stay within [FLOOR, 65536 - FLOOR]. */
const FLOOR: u32 = 16;
/** The two estimates move by 1/32 and 1/256 of their distance from a bit. */
const FAST: u32 = 5;
const SLOW: u32 = 8;
/** Rounded up, or they would stop far from what is nearly sure. */
const ROUND_FAST: u32 = (1 << FAST) - 1;
const ROUND_SLOW: u32 = (1 << SLOW) - 1;

let encLow: u64 = 0;
let encRange: u32 = 0;
let encCache: u32 = 0;
let encPending: u32 = 0;
let encOut: usize = 0;
let encStart: usize = 0;
let encEnd: usize = 0;
let encFirst: bool = true;
let encOverflow: bool = false;

let decCode: u32 = 0;
let decRange: u32 = 0;
let decIn: usize = 0;
let decEnd: usize = 0;

/** Starts a payload at `out`, at most `capacity` bytes. */
export function encoderStart(out: usize, capacity: u32): void {
  encLow = 0;
  encRange = 0xffffffff;
  encCache = 0;
  encPending = 1;
  encOut = out;
  encStart = out;
  encEnd = out + capacity;
  encFirst = true;
  encOverflow = false;
}

@inline
function emit(byte: u32): void {
  if (encFirst) {
    // The first byte carries only the carry, which never comes.
    encFirst = false;
    return;
  }
  if (encOut >= encEnd) {
    encOverflow = true;
    return;
  }
  store<u8>(encOut, <u8>byte);
  encOut++;
}

function shiftLow(): void {
  if (<u32>encLow < 0xff000000 || <u32>(encLow >> 32) != 0) {
    const carry = <u32>(encLow >> 32);
    emit((encCache + carry) & 0xff);
    for (let i: u32 = 1; i < encPending; i++) emit((0xff + carry) & 0xff);
    encPending = 0;
    encCache = (<u32>encLow >> 24) & 0xff;
  }
  encPending++;
  encLow = (encLow & 0x00ffffff) << 8;
}

/**
 * Ends the payload: the shortest number within the final interval, trailing zero bytes dropped
 * (a decoder reads zeros past the end).
 * @returns bytes written, or -1 when the capacity was too small.
 */
export function encoderFinish(): i32 {
  const last: u64 = encLow + <u64>encRange - 1;
  for (let k: u32 = 32; k > 0; k--) {
    const mask: u64 = (<u64>1 << k) - 1;
    const value = (encLow + mask) & ~mask;
    if (value <= last) {
      encLow = value;
      break;
    }
  }
  for (let i = 0; i < 5; i++) shiftLow();
  while (encOut > encStart && load<u8>(encOut - 1) == 0) encOut--;
  return encOverflow ? -1 : <i32>(encOut - encStart);
}

/** Bits produced so far, to a fraction of a bit. */
export function encoderBits(): f64 {
  return <f64>((encOut - encStart) * 8 + encPending * 8) + 24.0 - Math.log2(<f64>encRange);
}

/** Starts reading a payload of `length` bytes at `input`. */
export function decoderStart(input: usize, length: u32): void {
  decIn = input;
  decEnd = input + length;
  decRange = 0xffffffff;
  decCode = 0;
  for (let i = 0; i < 4; i++) decCode = (decCode << 8) | nextByte();
}

@inline
function nextByte(): u32 {
  if (decIn >= decEnd) return 0;
  const b = <u32>load<u8>(decIn);
  decIn++;
  return b;
}

/** Codes one bit whose probability of being a one is `probability` / 65536. */
@inline
export function encodeProbable(probability: u32, bit: u32): void {
  const bound = (encRange >>> 16) * probability;
  if (bit) {
    encRange = bound;
  } else {
    encLow += <u64>bound;
    encRange -= bound;
  }
  while (encRange < TOP) {
    encRange <<= 8;
    shiftLow();
  }
}

@inline
export function decodeProbable(probability: u32): u32 {
  const bound = (decRange >>> 16) * probability;
  let bit: u32;
  // Ones take the lower part of the interval.
  if (decCode < bound) {
    decRange = bound;
    bit = 1;
  } else {
    decCode -= bound;
    decRange -= bound;
    bit = 0;
  }
  while (decRange < TOP) {
    decRange <<= 8;
    decCode = (decCode << 8) | nextByte();
  }
  return bit;
}

@inline
function probabilityOf(model: usize): u32 {
  const p = (<u32>load<u16>(model) + <u32>load<u16>(model, 2)) >> 1;
  return max(FLOOR, min(65536 - FLOOR, p));
}

@inline
function adapt(model: usize, bit: u32): void {
  let fast = <u32>load<u16>(model);
  let slow = <u32>load<u16>(model, 2);
  if (bit) {
    fast += (65535 - fast + ROUND_FAST) >> FAST;
    slow += (65535 - slow + ROUND_SLOW) >> SLOW;
  } else {
    fast -= (fast + ROUND_FAST) >> FAST;
    slow -= (slow + ROUND_SLOW) >> SLOW;
  }
  store<u16>(model, <u16>fast);
  store<u16>(model, <u16>slow, 2);
}

/** Codes one bit with an adaptive model. */
export function encodeBit(model: usize, bit: u32): void {
  encodeProbable(probabilityOf(model), bit);
  adapt(model, bit);
}

export function decodeBit(model: usize): u32 {
  const bit = decodeProbable(probabilityOf(model));
  adapt(model, bit);
  return bit;
}

/** Codes the low `bits` (0..24) of `value` at one bit each, highest first. */
export function encodeBypass(value: u32, bits: u32): void {
  for (let i = <i32>bits - 1; i >= 0; i--) {
    encRange >>>= 1;
    if ((value >>> i) & 1) encLow += <u64>encRange;
    while (encRange < TOP) {
      encRange <<= 8;
      shiftLow();
    }
  }
}

export function decodeBypass(bits: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < bits; i++) {
    decRange >>>= 1;
    let bit: u32 = 0;
    if (decCode >= decRange) {
      decCode -= decRange;
      bit = 1;
    }
    value = (value << 1) | bit;
    while (decRange < TOP) {
      decRange <<= 8;
      decCode = (decCode << 8) | nextByte();
    }
  }
  return value;
}

/** Writes a model whose two estimates both are `probability` (of a one, in 1/65536). */
export function initModel(model: usize, probability: u32): void {
  store<u16>(model, <u16>probability);
  store<u16>(model, <u16>probability, 2);
}
