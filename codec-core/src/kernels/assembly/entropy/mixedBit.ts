/**
 * Bits coded by a mixture of adaptive models: each model answers for one context, and a small
 * logistic mixture, trained bit by bit, weighs the answers (after PAQ; see Mahoney, "Adaptive
 * Weighing of Context Models for Lossless Data Compression", 2005). Several poor contexts together
 * beat one rich one, which learns too slowly from the few bits of a frame.
 *
 * A model is 4 bytes: u16 P(bit = 1) in 1/65536, u16 bits seen (limited). A mixture is `INPUTS` f32
 * weights. All of it is plain f32 and integer arithmetic, hence equal on every machine.
 */

import { decodeProbable, encodeProbable } from './rangeCoder';

/** Models of one bit. */
export const INPUTS: i32 = 3;
export const MODEL_BYTES: i32 = 4;
export const MIXTURE_BYTES: i32 = INPUTS * 4;

/** A model forgets bits older than about this many. */
const MEMORY_LIMIT: u32 = 200;
const LEARNING_RATE: f32 = 0.008;

/** Natural log odds of a probability in 1/4096. */
const LOG_ODDS_ENTRIES: i32 = 4096;
const LOG_ODDS = memory.data(LOG_ODDS_ENTRIES * 4, 4);
/** Probability in 1/65536 of log odds -12 .. 12 in 1/128. */
const ODDS_LIMIT: f32 = 11.9;
const ODDS_PER_UNIT: f32 = 128;
const PROBABILITY_ENTRIES: i32 = 2 * 12 * 128;
const PROBABILITIES = memory.data(PROBABILITY_ENTRIES * 4, 4);

let model0: usize = 0;
let model1: usize = 0;
let model2: usize = 0;
let mixture: usize = 0;
let odds0: f32 = 0;
let odds1: f32 = 0;
let odds2: f32 = 0;

/** P(bit = 1) in 1/65536 of the models chosen last. */
export let mixedProbability: u32 = 0;

/** Fills the tables; call once per instance. */
export function initMixing(): void {
  for (let i = 0; i < LOG_ODDS_ENTRIES; i++) {
    const p = (<f64>i + 0.5) / <f64>LOG_ODDS_ENTRIES;
    store<f32>(LOG_ODDS + ((<usize>i) << 2), <f32>Math.log(p / (1 - p)));
  }
  for (let i = 0; i < PROBABILITY_ENTRIES; i++) {
    const odds = (<f64>i + 0.5) / <f64>ODDS_PER_UNIT - 12;
    const p = 65536 / (1 + Math.exp(-odds));
    store<u32>(PROBABILITIES + ((<usize>i) << 2), <u32>max(32.0, min(65504.0, p)));
  }
}

/** Sets a model to a probability in 1/65536 that stands for so many bits `seen`. */
export function initMixedModel(model: usize, probability: u32, seen: u32): void {
  store<u16>(model, <u16>probability);
  store<u16>(model, <u16>seen, 2);
}

/** Sets a mixture to equal weights. */
export function initMixture(weights: usize, first: f32): void {
  for (let i = 0; i < INPUTS; i++) store<f32>(weights + ((<usize>i) << 2), first);
}

@inline
function logOdds(model: usize): f32 {
  return load<f32>(LOG_ODDS + ((<usize>(load<u16>(model) >> 4)) << 2));
}

/** Chooses the models and the mixture of the next bit; leaves `mixedProbability`. */
export function chooseModels(first: usize, second: usize, third: usize, weights: usize): void {
  model0 = first;
  model1 = second;
  model2 = third;
  mixture = weights;
  odds0 = logOdds(first);
  odds1 = logOdds(second);
  odds2 = logOdds(third);
  const odds =
    odds0 * load<f32>(weights) + odds1 * load<f32>(weights, 4) + odds2 * load<f32>(weights, 8);
  const limited = max<f32>(-ODDS_LIMIT, min<f32>(ODDS_LIMIT, odds));
  const index = <i32>((limited + 12) * ODDS_PER_UNIT);
  mixedProbability = load<u32>(PROBABILITIES + ((<usize>index) << 2));
}

@inline
function learn(model: usize, bit: u32): void {
  const p = <i32>load<u16>(model);
  const seen = <u32>load<u16>(model, 2);
  const target = bit ? 65535 : 0;
  store<u16>(model, <u16>(p + (target - p) / <i32>(seen + 2)));
  if (seen < MEMORY_LIMIT) store<u16>(model, <u16>(seen + 1), 2);
}

/** Moves the chosen models and their mixture towards a bit. */
function adapt(bit: u32): void {
  const error = (<f32>bit - <f32>mixedProbability * <f32>(1.0 / 65536.0)) * LEARNING_RATE;
  store<f32>(mixture, load<f32>(mixture) + error * odds0);
  store<f32>(mixture, load<f32>(mixture, 4) + error * odds1, 4);
  store<f32>(mixture, load<f32>(mixture, 8) + error * odds2, 8);
  learn(model0, bit);
  learn(model1, bit);
  learn(model2, bit);
}

/** Writes a bit with the models chosen last. */
export function encodeMixed(bit: u32): void {
  encodeProbable(mixedProbability, bit);
  adapt(bit);
}

/** Reads a bit with the models chosen last. */
export function decodeMixed(): u32 {
  const bit = decodeProbable(mixedProbability);
  adapt(bit);
  return bit;
}
