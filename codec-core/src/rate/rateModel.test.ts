import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateModel, qpOfStep, stepOfQp, type FrameContext } from './rateModel.js';
import { createContent } from './simulation/content.js';
import { percentile } from './simulation/metrics.js';
import { createRandom } from './simulation/random.js';

const PREDICTED: FrameContext = { keyFrame: false, pixels: 640 * 360 };
const KEY: FrameContext = { ...PREDICTED, keyFrame: true };

/** bits of a pure power law */
const law = (bitsAt16: number, slope: number, qp: number): number =>
  bitsAt16 * (stepOfQp(qp) / 16) ** -slope;

test('the step doubles every eight indices from 0.75 on', () => {
  expect(stepOfQp(1)).toBe(0.75);
  expect(stepOfQp(9)).toBe(1.5);
  expect(stepOfQp(57)).toBe(96);
  for (let qp = 1; qp <= 63; qp++) expect(qpOfStep(stepOfQp(qp))).toBeCloseTo(qp, 9);
});

test('before anything is seen, a key frame at step 16 takes 60 to 200 kbit', () => {
  const bits = createRateModel().predictBits(KEY, qpOfStep(16));
  expect(bits).toBeGreaterThan(60_000);
  expect(bits).toBeLessThan(200_000);
});

test('qpFor inverts predictBits, and predictBits falls with the index', () => {
  const model = createRateModel();
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 1, max: 62 }), (keyFrame, qp) => {
      const context = { ...PREDICTED, keyFrame };
      expect(model.qpFor(context, model.predictBits(context, qp))).toBeCloseTo(qp, 6);
      expect(model.predictBits(context, qp + 1)).toBeLessThan(model.predictBits(context, qp));
    }),
    { seed: 3 },
  );
});

test('learns any power law from thirty frames at changing indices', () => {
  const bits = fc.integer({ min: 1000, max: 60_000 });
  const slope = fc.double({ min: 0.7, max: 1.6, noNaN: true });
  fc.assert(
    fc.property(bits, slope, fc.integer(), (bitsAt16, gamma, seed) => {
      const random = createRandom(seed);
      const model = createRateModel();
      for (let i = 0; i < 30; i++) {
        const qp = 25 + Math.floor(20 * random.uniform());
        model.observe(PREDICTED, qp, law(bitsAt16, gamma, qp));
      }
      for (const qp of [25, 35, 45]) {
        const ratio = model.predictBits(PREDICTED, qp) / law(bitsAt16, gamma, qp);
        expect(Math.abs(Math.log2(ratio))).toBeLessThan(0.2);
      }
    }),
    { seed: 4 },
  );
});

test('key frames and predicted frames are learned apart', () => {
  const model = createRateModel();
  const before = model.predictBits(KEY, 30);
  for (let i = 0; i < 10; i++) model.observe(PREDICTED, 30, 40_000);
  expect(model.predictBits(KEY, 30)).toBe(before);
});

test('foretells the effect of activity in whatever unit it comes', () => {
  const random = createRandom(5);
  const model = createRateModel();
  const unit = 1e-4;
  for (let i = 0; i < 200; i++) {
    const activity = unit * 2 ** random.normal();
    model.observe({ ...PREDICTED, activity }, 36, 6e7 * activity);
  }
  const calm = model.predictBits({ ...PREDICTED, activity: unit / 2 }, 36);
  const lively = model.predictBits({ ...PREDICTED, activity: unit * 2 }, 36);
  expect(lively / calm).toBeGreaterThan(3);
  expect(lively / calm).toBeLessThan(5);
});

test('a key frame with twice the detail takes about twice the bits, from the first one on', () => {
  const model = createRateModel();
  const plain = model.predictBits({ ...KEY, detail: 4 }, 36);
  const rich = model.predictBits({ ...KEY, detail: 8 }, 36);
  expect(rich / plain).toBeGreaterThan(1.8);
  expect(rich / plain).toBeLessThan(2.1);
  expect(model.predictBits({ ...KEY, detail: 0 }, 36)).toBeGreaterThan(0);
  expect(model.predictBits({ ...PREDICTED, detail: 8 }, 36)).toBe(model.predictBits(PREDICTED, 36));
});

test('two attempts on one frame give the slope of that frame', () => {
  const model = createRateModel();
  const attempts = [30, 36].map((qp) => ({ qp, bits: law(9000, 0.8, qp) }));
  const wanted = law(9000, 0.8, 42);
  expect(model.qpAfter(PREDICTED, attempts, wanted)).toBeCloseTo(42, 6);
  expect(model.predictAfter(PREDICTED, attempts, 42)).toBeCloseTo(wanted, 6);
});

test('predicts the synthetic encoder, whose law is another, within 20 % nine times in ten', () => {
  for (const target of [8000, 18_000, 48_000]) {
    const content = createContent({ seed: 6 });
    const model = createRateModel();
    const errors: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const activity = content.advance();
      const context = { keyFrame: i === 0, pixels: 640 * 360, activity };
      const qp = Math.min(63, Math.max(1, Math.round(model.qpFor(context, target))));
      const plan = { qp, keyFrame: i === 0, scale: 1, groups: 4, maxActiveBlocks: 3600 };
      const bits = 8 * content.encode(plan);
      if (i > 30) errors.push(Math.abs(bits / target - 1));
      model.observe(context, qp, bits);
      content.commit(plan);
    }
    expect(percentile(errors, 0.9)).toBeLessThan(0.2);
  }
});
