/** Residuals of blocks before they are coded, as the models of their benefit and of their bits see them. */

/** First channel of every frequency group after the first. */
export const GROUP1: i32 = 3;
export const GROUP2: i32 = 12;
export const GROUP3: i32 = 41;

/** Residuals of four channels, i16 at `target` less `base`, in steps; `inverse` is 1/step in all lanes. */
@inline
export function residuals(target: usize, base: usize, inverse: v128): v128 {
  const x = i32x4.extend_low_i16x8_s(v128.load64_zero(target));
  const p = i32x4.extend_low_i16x8_s(v128.load64_zero(base));
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(x, p)), inverse);
}
