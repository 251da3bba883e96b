/**
 * 32-bit checksum of `bytes` bytes (a multiple of 16): four lanes of h = h * 0x01000193 + word over
 * interleaved little-endian words, then the lanes folded the same way.
 */
export function checksum(data: usize, bytes: i32, seed: u32): u32 {
  const prime = i32x4.splat(0x01000193);
  let lanes = i32x4.splat(<i32>seed);
  for (let i = 0; i < bytes; i += 16) {
    lanes = i32x4.add(i32x4.mul(lanes, prime), v128.load(data + i));
  }
  let h: u32 = seed;
  h = h * 0x01000193 + <u32>i32x4.extract_lane(lanes, 0);
  h = h * 0x01000193 + <u32>i32x4.extract_lane(lanes, 1);
  h = h * 0x01000193 + <u32>i32x4.extract_lane(lanes, 2);
  h = h * 0x01000193 + <u32>i32x4.extract_lane(lanes, 3);
  h ^= h >>> 15;
  return h * 0x2c1b3c6d;
}
