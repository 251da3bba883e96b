/**
 * Magnitudes of latents. The first decisions of the binarisation (`magnitudes.ts`) are mixed bits of three
 * models that answer for the scale index with the symbols before, for the channel, and for the surprise: how
 * the magnitudes before in the row compare with what their scales promised. At the smallest scales, where
 * nearly all symbols are and nearly all are zero, and further up in the unary part, one model answers.
 */

import { SCALE_LEVELS, scaleOf } from './laplace';
import {
  decodeLowBits,
  decodeMagnitude,
  encodeLowBits,
  encodeMagnitude,
  initMagnitudeContexts,
  lawProbability,
  lowBits,
  MAGNITUDE_CONTEXT_BYTES,
} from './magnitudes';
import {
  chooseModels,
  decodeMixed,
  encodeMixed,
  initMixedModel,
  initMixture,
  MIXTURE_BYTES,
  MODEL_BYTES,
} from './mixedBit';

/** Decisions that are mixed bits. */
const MIXED: i32 = 3;
/** Scale indices from which they are. */
const FIRST_MIXED_SCALE: u32 = 3;
/** Bits that an initial probability stands for, and the first weight of each model. */
const FIRST_SEEN: u32 = 6;
const FIRST_WEIGHT: f32 = <f32>(1.0 / 3);

const BUSY_LEVELS: i32 = 3;
const CHANNELS: i32 = 55;
const SURPRISE_LEVELS: i32 = 9;
/** Scale indices that share a model by channel and by surprise: 2^ of them. */
const CHANNEL_SCALE_SHIFT: i32 = 2;
const SURPRISE_SCALE_SHIFT: i32 = 1;

const SCALE_MODELS: i32 = SCALE_LEVELS * BUSY_LEVELS * MIXED;
const CHANNEL_MODELS: i32 = CHANNELS * (SCALE_LEVELS >> CHANNEL_SCALE_SHIFT) * MIXED;
const SURPRISE_MODELS: i32 = SURPRISE_LEVELS * (SCALE_LEVELS >> SURPRISE_SCALE_SHIFT) * MIXED;
const BY_CHANNEL: i32 = MAGNITUDE_CONTEXT_BYTES + SCALE_MODELS * MODEL_BYTES;
const BY_SURPRISE: i32 = BY_CHANNEL + CHANNEL_MODELS * MODEL_BYTES;
const MIXTURES: i32 = BY_SURPRISE + SURPRISE_MODELS * MODEL_BYTES;

/** Bytes of one set of latent contexts. */
export const LATENT_CONTEXT_BYTES: i32 = MIXTURES + MIXED * MIXTURE_BYTES;

/** Magnitudes count up to this much as a surprise. */
const LARGEST: f32 = 6;
/** Share of the sums that the next symbol leaves. */
const MEMORY: f32 = 0.9;
const DOUBT: f32 = 0.5;
/** f32 by scale index: expected magnitude, at most LARGEST. */
const EXPECTED = memory.data(64 * 4, 4);

/** Symbols before, in the row and group: not zero, and their magnitudes against those expected. */
let one: i32 = 0;
let two: i32 = 0;
let seen: f32 = 0;
let expected: f32 = 0;

/** Fills the tables; call once per instance. */
export function initLatents(): void {
  for (let i = 0; i < SCALE_LEVELS; i++) {
    const b = scaleOf(i);
    const mean = Math.exp(-0.5 / b) / (1 - Math.exp(-1 / b));
    store<f32>(EXPECTED + ((<usize>i) << 2), <f32>min(<f64>LARGEST, mean));
  }
}

/** Sets all models of one set to the Laplace law. */
export function initLatentContexts(contexts: usize): void {
  initMagnitudeContexts(contexts);
  initModels(contexts + MAGNITUDE_CONTEXT_BYTES, BUSY_LEVELS, 0);
  initModels(contexts + BY_CHANNEL, CHANNELS, CHANNEL_SCALE_SHIFT);
  initModels(contexts + BY_SURPRISE, SURPRISE_LEVELS, SURPRISE_SCALE_SHIFT);
  for (let h = 0; h < MIXED; h++) {
    initMixture(contexts + <usize>(MIXTURES + h * MIXTURE_BYTES), FIRST_WEIGHT);
  }
}

/** Models [count][scales][MIXED], from the law of the middle one of the scale indices that share a model. */
function initModels(models: usize, count: i32, shift: i32): void {
  for (let s = 0; s < SCALE_LEVELS >> shift; s++) {
    for (let h = 0; h < MIXED; h++) {
      const probability = lawProbability((s << shift) + ((1 << shift) >> 1), h);
      for (let i = 0; i < count; i++) {
        const model = (i * (SCALE_LEVELS >> shift) + s) * MIXED + h;
        initMixedModel(models + <usize>(model * MODEL_BYTES), probability, FIRST_SEEN);
      }
    }
  }
}

/** Starts a row of a group. */
@inline
export function startRow(): void {
  one = 0;
  two = 0;
  seen = 0;
  expected = 0;
}

/** Half octaves by which the magnitudes before exceed those expected, straight between octaves: 0 .. 8, 4 none. */
@inline
function surprise(): i32 {
  const more = reinterpret<i32>(seen + DOUBT) - reinterpret<i32>(expected + DOUBT);
  return max(0, min(SURPRISE_LEVELS - 1, ((more + (1 << 21)) >> 22) + 4));
}

@inline
function remember(scale: u32, magnitude: i32): void {
  two = one;
  one = magnitude != 0 ? 1 : 0;
  seen = seen * MEMORY + min<f32>(LARGEST, <f32>magnitude);
  expected = expected * MEMORY + load<f32>(EXPECTED + (<usize>scale << 2));
}

/** Models of the first decision; those of the next ones follow. */
let byScale: usize = 0;
let byChannel: usize = 0;
let bySurprise: usize = 0;

@inline
function chooseFirst(contexts: usize, scale: u32, channel: i32): void {
  const s = <i32>scale;
  const channelScale = s >> CHANNEL_SCALE_SHIFT;
  const surpriseScale = s >> SURPRISE_SCALE_SHIFT;
  const first = (one + two) * SCALE_LEVELS + s;
  const second = channel * (SCALE_LEVELS >> CHANNEL_SCALE_SHIFT) + channelScale;
  const third = surprise() * (SCALE_LEVELS >> SURPRISE_SCALE_SHIFT) + surpriseScale;
  byScale = contexts + <usize>(MAGNITUDE_CONTEXT_BYTES + first * MIXED * MODEL_BYTES);
  byChannel = contexts + <usize>(BY_CHANNEL + second * MIXED * MODEL_BYTES);
  bySurprise = contexts + <usize>(BY_SURPRISE + third * MIXED * MODEL_BYTES);
}

@inline
function choose(contexts: usize, h: i32): void {
  const at = <usize>(h * MODEL_BYTES);
  const mixture = contexts + <usize>(MIXTURES + h * MIXTURE_BYTES);
  chooseModels(byScale + at, byChannel + at, bySurprise + at, mixture);
}

/** @param channel of the group */
@inline
export function encodeLatent(contexts: usize, scale: u32, channel: i32, magnitude: i32): void {
  if (scale < FIRST_MIXED_SCALE) {
    encodeMagnitude(contexts, scale, one + two, magnitude);
  } else {
    encodeLikely(contexts, scale, channel, magnitude);
  }
  remember(scale, magnitude);
}

@inline
function encodeLikely(contexts: usize, scale: u32, channel: i32, magnitude: i32): void {
  chooseFirst(contexts, scale, channel);
  const target = magnitude >> lowBits(scale);
  for (let h = 0; h < MIXED; h++) {
    choose(contexts, h);
    encodeMixed(target > h ? 1 : 0);
    if (target == h) return encodeLowBits(scale, magnitude);
  }
  encodeMagnitude(contexts, scale, 0, magnitude, MIXED);
}

@inline
export function decodeLatent(contexts: usize, scale: u32, channel: i32): i32 {
  const magnitude =
    scale < FIRST_MIXED_SCALE
      ? decodeMagnitude(contexts, scale, one + two)
      : decodeLikely(contexts, scale, channel);
  remember(scale, magnitude);
  return magnitude;
}

@inline
function decodeLikely(contexts: usize, scale: u32, channel: i32): i32 {
  chooseFirst(contexts, scale, channel);
  for (let h = 0; h < MIXED; h++) {
    choose(contexts, h);
    if (!decodeMixed()) return decodeLowBits(scale, h);
  }
  return decodeMagnitude(contexts, scale, 0, MIXED);
}
