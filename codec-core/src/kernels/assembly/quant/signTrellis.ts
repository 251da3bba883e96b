/**
 * Chooses the symbols of a pass for the least cost, squared error plus priced bits, among those whose
 * magnitudes say the hidden signs (`entropy/hiddenSigns.ts`): Viterbi's algorithm over the states of the
 * register. A residual is either surely zero or goes through the trellis with up to three choices: zero and the
 * two cheapest magnitudes.
 */

import { columnOf, isHidden, signRegister, STATE_BITS } from '../entropy/hiddenSigns';
import { BIT_COST, costsOf } from './symbolCosts';

const STATES: u32 = 1 << STATE_BITS;
/** Beyond any sum of costs. */
const NEVER: f32 = 1e30;
/** Residuals after which the choices so far are settled; it bounds the memory of choices. */
const CHUNK: u32 = 4096;

/** Of each residual: u32 address of its symbol, u16 magnitude, u8 column, u8 flags. */
const ITEM_BYTES: usize = 8;
const HIDDEN: u32 = 1;
const NEGATIVE: u32 = 2;
const ITEMS = memory.data(<i32>CHUNK * 8, 8);
/** u8 [CHUNK][STATES]: how a state is reached best. */
const CHOICES = memory.data(<i32>(CHUNK * STATES), 16);
const ZERO: u8 = 0;
const LOW: u8 = 1;
const HIGH: u8 = 2;
/** f32 [STATES]: least cost of every state before and after a residual. */
let before = memory.data(<i32>STATES * 4, 16);
let after = memory.data(<i32>STATES * 4, 16);
let count: u32 = 0;

/** Byte shuffles that move the f32 of lane i to lane i ^ n, for n = 0..3. */
const LANE_TURNS = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11,
  8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7,
  12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3,
], 16);

function startAt(state: u32): void {
  for (let s: u32 = 0; s < STATES; s++) store<f32>(before + (<usize>s << 2), NEVER);
  store<f32>(before + (<usize>state << 2), 0);
  count = 0;
}

/** Starts a pass. */
export function startTrellis(): void {
  startAt(signRegister());
}

/** Costs of four states. */
@inline
function costsAt(four: u32): v128 {
  return v128.load(before + (<usize>four << 4));
}

/** Costs, by state, of the state that differs by the column: its higher bits, its lane's turn. */
@inline
function turnedCostsAt(four: u32, high: u32, turn: v128): v128 {
  return i8x16.swizzle(costsAt(four ^ high), turn);
}

/** Every second of eight costs, from the second on if `odd`. */
@inline
function everySecond(low: v128, high: v128, odd: bool): v128 {
  return odd
    ? v128.shuffle<f32>(low, high, 1, 3, 5, 7)
    : v128.shuffle<f32>(low, high, 0, 2, 4, 6);
}

/** Stores four choices, of four i32. */
@inline
function storeChoices(choices: usize, four: u32, choice: v128): void {
  const words = i16x8.narrow_i32x4_s(choice, choice);
  v128.store32_lane(choices + (<usize>four << 2), i8x16.narrow_i16x8_u(words, words), 0);
}

/** A residual whose sign is written: the state stays, or turns if the magnitude is odd. */
@inline
function step(
  column: u32,
  stayCost: f32,
  stayChoice: u8,
  turnCost: f32,
  turnChoice: u8,
  choices: usize,
): void {
  const high = column >> 2;
  const turn = v128.load(LANE_TURNS + (<usize>(column & 3) << 4));
  const stay = f32x4.splat(stayCost);
  const other = f32x4.splat(turnCost);
  const stayChoices = i32x4.splat(stayChoice);
  const turnChoices = i32x4.splat(turnChoice);
  for (let four: u32 = 0; four < STATES >> 2; four++) {
    const s = f32x4.add(costsAt(four), stay);
    const t = f32x4.add(turnedCostsAt(four, high, turn), other);
    v128.store(after + (<usize>four << 4), f32x4.pmin(s, t));
    storeChoices(choices, four, v128.bitselect(turnChoices, stayChoices, f32x4.lt(t, s)));
  }
}

/** A residual whose sign is hidden: if it is coded, the register's last bit has to be the sign, and leaves. */
@inline
function stepHidden(
  column: u32,
  negative: bool,
  zeroCost: f32,
  evenCost: f32,
  evenChoice: u8,
  oddCost: f32,
  oddChoice: u8,
  choices: usize,
): void {
  const high = column >> 2;
  const turn = v128.load(LANE_TURNS + (<usize>(column & 3) << 4));
  const zero = f32x4.splat(zeroCost);
  const even = f32x4.splat(evenCost);
  const odd = f32x4.splat(oddCost);
  const fours = STATES >> 2;
  for (let four: u32 = 0; four < fours >> 1; four++) {
    const full = four << 1;
    const e = f32x4.add(everySecond(costsAt(full), costsAt(full + 1), negative), even);
    const o = f32x4.add(
      everySecond(
        turnedCostsAt(full, high, turn),
        turnedCostsAt(full + 1, high, turn),
        negative,
      ),
      odd,
    );
    const z = f32x4.add(costsAt(four), zero);
    const coded = f32x4.pmin(e, o);
    v128.store(after + (<usize>four << 4), f32x4.pmin(z, coded));
    const choice = v128.bitselect(
      v128.bitselect(i32x4.splat(oddChoice), i32x4.splat(evenChoice), f32x4.lt(o, e)),
      i32x4.splat(ZERO),
      f32x4.lt(coded, z),
    );
    storeChoices(choices, four, choice);
  }
  for (let four = fours >> 1; four < fours; four++) {
    v128.store(after + (<usize>four << 4), f32x4.add(costsAt(four), zero));
    store<u32>(choices + (<usize>four << 2), ZERO);
  }
}

/**
 * Adds a residual.
 * @param r in steps
 * @param price how much dearer than usual a bit is
 * @param row, channel its place in the pass
 * @param symbol where its symbol (i16) belongs
 */
export function consider(
  r: f32,
  scale: u32,
  price: f32,
  row: u32,
  channel: u32,
  symbol: usize,
): void {
  const negative = r < 0;
  const a = min<f32>(32766, abs(r));
  const column = columnOf(channel);
  const hidden = isHidden(row, channel);

  const at = costsOf(scale);
  const zeroCost = a * a + price * load<f32>(at);
  const first = load<f32>(at, 4) - (hidden ? BIT_COST : 0);
  const more = load<f32>(at, 8);
  // The parabola of squared error and bits has its least there.
  const low = max<f32>(1, Mathf.floor(a - 0.5 * price * more));
  const magnitude = <u32>low;
  const beyond = a - low;
  const lowCost = beyond * beyond + price * (first + more * (low - 1));
  const missing = low + 1 - a;
  const highCost: f32 = a < 1 ? NEVER : missing * missing + price * (first + more * low);
  const lowIsOdd = (magnitude & 1) != 0;
  const oddCost = lowIsOdd ? lowCost : highCost;
  const evenCost = lowIsOdd ? highCost : lowCost;
  const oddChoice = lowIsOdd ? LOW : HIGH;
  const evenChoice = lowIsOdd ? HIGH : LOW;

  const item = ITEMS + <usize>count * ITEM_BYTES;
  store<u32>(item, <u32>symbol);
  store<u16>(item, <u16>magnitude, 4);
  store<u8>(item, <u8>column, 6);
  store<u8>(item, <u8>((hidden ? HIDDEN : 0) | (negative ? NEGATIVE : 0)), 7);
  const choices = CHOICES + <usize>(count * STATES);
  if (hidden) {
    stepHidden(column, negative, zeroCost, evenCost, evenChoice, oddCost, oddChoice, choices);
  } else if (evenCost < zeroCost) {
    step(column, evenCost, evenChoice, oddCost, oddChoice, choices);
  } else {
    step(column, zeroCost, ZERO, oddCost, oddChoice, choices);
  }
  const costs = before;
  before = after;
  after = costs;
  count++;
  if (count == CHUNK) startAt(settle());
}

/** Writes the symbols of the cheapest path; returns the state that it ends in. */
function settle(): u32 {
  let last: u32 = 0;
  for (let s: u32 = 1; s < STATES; s++) {
    if (load<f32>(before + (<usize>s << 2)) < load<f32>(before + (<usize>last << 2))) last = s;
  }
  let state = last;
  for (let i = <i32>count - 1; i >= 0; i--) {
    const item = ITEMS + <usize>i * ITEM_BYTES;
    const choice = load<u8>(CHOICES + <usize>(<u32>i * STATES + state));
    if (choice == ZERO) {
      store<i16>(<usize>load<u32>(item), 0);
      continue;
    }
    const flags = <u32>load<u8>(item, 7);
    const negative: u32 = flags & NEGATIVE ? 1 : 0;
    const q = <i32>load<u16>(item, 4) + (choice == HIGH ? 1 : 0);
    if (flags & HIDDEN) state = (state << 1) | negative;
    if (q & 1) state ^= <u32>load<u8>(item, 6);
    store<i16>(<usize>load<u32>(item), <i16>(negative ? -q : q));
  }
  return last;
}

/** Ends a pass: its symbols are written. */
export function finishTrellis(): void {
  settle();
}
