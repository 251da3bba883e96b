/**
 * Signs that are not written. Every other place of a pass hides the sign of its symbol in the parities of
 * the magnitudes up to there: magnitudes run through a register of STATE_BITS bits, and a hidden sign is the
 * bit that leaves it. An encoder chooses magnitudes for that (`quant/signTrellis.ts`). After sign data hiding
 * in HEVC (Clare, Henry, Jung, JCTVC-G271, 2011), with the register of syndrome-trellis codes (Filler, Judas,
 * Fridrich, "Minimizing Additive Distortion in Steganography Using Syndrome-Trellis Codes", 2011).
 */

export const STATE_BITS: u32 = 6;
/** Bits of the register that an odd magnitude turns over, by channel modulo the number of columns. */
const COLUMNS = memory.data<u8>([
  0x2d, 0x37, 0x23, 0x3b, 0x29, 0x3d, 0x35, 0x27, 0x31, 0x2b, 0x3f, 0x25, 0x39, 0x2f, 0x33, 0x21,
]);
const COLUMN_MASK: u32 = 15;

let register: u32 = 0;

/** Starts a frame. */
export function clearSigns(): void {
  register = 0;
}

/** The register before the next symbol. */
@inline
export function signRegister(): u32 {
  return register;
}

@inline
export function columnOf(channel: u32): u32 {
  return load<u8>(COLUMNS + <usize>(channel & COLUMN_MASK));
}

/** Whether the sign of a symbol is hidden: `row` counts the rows of a pass, `channel` those of the group. */
@inline
export function isHidden(row: u32, channel: u32): bool {
  return ((row + channel) & 1) != 0;
}

/** Takes in the magnitude of a symbol that is not zero. */
@inline
export function follow(channel: u32, magnitude: u32): void {
  if (magnitude & 1) register ^= columnOf(channel);
}

/** The sign (1 = negative) of a symbol whose sign is hidden, after `follow`. */
@inline
export function hiddenSign(): u32 {
  const sign = register & 1;
  register >>= 1;
  return sign;
}
