import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  simulateRecovery,
  type HeardReport,
  type PathModel,
  type RecoveryScenario,
  type Situation,
} from './simulator.js';

const CLEAN: PathModel = { delayMs: 25, scatterMs: 0, loss: 0, duplication: 0 };
const ALWAYS = { joinsMs: 0, leavesMs: Infinity, outages: [] };
const BASE: RecoveryScenario = {
  seed: 1,
  durationMs: 20_000,
  calmFromMs: Infinity,
  frameIntervalMs: 1000 / 30,
  media: CLEAN,
  feedback: CLEAN,
  receivers: [{ ...ALWAYS, name: 'ann' }],
};

const path: fc.Arbitrary<PathModel> = fc.record({
  delayMs: fc.integer({ min: 1, max: 300 }),
  scatterMs: fc.integer({ min: 0, max: 150 }),
  loss: fc.double({ min: 0, max: 0.4, noNaN: true }),
  duplication: fc.double({ min: 0, max: 0.3, noNaN: true }),
});
const receiver = fc
  .record({
    joinsMs: fc.integer({ min: 0, max: 3000 }),
    staysMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 500, max: 4000 })),
    outage: fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 })),
  })
  .map(({ joinsMs, staysMs, outage: [from, length] }) => ({
    joinsMs,
    leavesMs: joinsMs + staysMs,
    outages: [[from, from + length]] as const,
  }));
const scenario: fc.Arbitrary<RecoveryScenario> = fc.record({
  seed: fc.nat(),
  durationMs: fc.constant(9000),
  calmFromMs: fc.constant(6000),
  frameIntervalMs: fc.constantFrom(1000 / 60, 1000 / 30, 1000 / 15),
  media: path,
  feedback: path,
  doubtAfterMs: fc.constantFrom(Infinity, 250, 0),
  receivers: fc
    .array(receiver, { minLength: 1, maxLength: 4 })
    .map((people) => people.map((person, index) => ({ ...person, name: `r${String(index)}` }))),
});

/** Reports of receivers that spoke within the last second, by receiver. */
function activeReports({ at, heard }: Situation): HeardReport[][] {
  const names = new Set(heard.filter((report) => at - report.at < 1000).map((r) => r.receiver));
  return [...names].map((name) => heard.filter(({ receiver }) => receiver === name));
}

/** Frames that a receiver said it has, and never took back. */
function acknowledgedBy(reports: readonly HeardReport[]): Set<number> {
  const frames = new Set<number>();
  for (const { acknowledged, lost, needsKeyFrame } of reports) {
    const seen = Math.max(-1, ...acknowledged, ...lost);
    if (needsKeyFrame) for (const frame of frames) if (frame <= seen) frames.delete(frame);
    if (!needsKeyFrame) for (const frame of acknowledged) frames.add(frame);
  }
  return frames;
}

describe('recovery over bad networks', () => {
  it('never names a frame that the encoder gave up, and always recovers', () => {
    fc.assert(
      fc.property(scenario, (chosen) => {
        const { sent, receivers } = simulateRecovery(chosen, ({ reference }, { held }) => {
          if (reference) expect(held.has(reference.sequence)).toBe(true);
        });
        for (const [index, { newest }] of receivers.entries()) {
          if (chosen.receivers[index]?.leavesMs !== Infinity) continue;
          const onTheWay = chosen.media.delayMs / chosen.frameIntervalMs;
          expect(newest).toBeGreaterThanOrEqual(sent - 2 - Math.ceil(onTheWay));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never predicts from a reported loss while a recent frame that all acknowledged is held', () => {
    let answered = 0;
    fc.assert(
      fc.property(scenario, (chosen) => {
        simulateRecovery(chosen, ({ reference, keyFrameNeeded, repairs }, situation) => {
          if (reference === undefined) return;
          const receivers = activeReports(situation);
          const safe = receivers.map(acknowledgedBy);
          const recent = [...situation.held].filter((frame) => frame > situation.sequence - 12);
          const common = recent.filter((frame) => safe.every((frames) => frames.has(frame)));
          if (receivers.length === 0 || common.length === 0) return;
          expect(keyFrameNeeded).toBe(false);
          for (const [index, reports] of receivers.entries()) {
            // A later frame that it has proves that an earlier report was overtaken.
            if (Math.max(-1, ...(safe[index] ?? [])) >= reference.sequence) continue;
            expect(reports.some(({ lost }) => lost.includes(reference.sequence))).toBe(false);
          }
          if (repairs) answered += 1;
        });
      }),
      { numRuns: 30 },
    );
    expect(answered).toBeGreaterThan(0);
  });

  it.each([1, 5, 10])('repairs the loss of %i %% of the frames without a key frame', (percent) => {
    for (const seed of [1, 2, 3]) {
      const outcome = simulateRecovery({ ...BASE, seed, media: { ...CLEAN, loss: percent / 100 } });
      const [ann] = outcome.receivers;
      expect(outcome.lost).toBeGreaterThan(0);
      expect(outcome.keyFrames).toBe(1);
      expect(ann?.repairsMs.length).toBeGreaterThan(0);
      expect(Math.max(...(ann?.repairsMs ?? []))).toBeLessThan(400);
    }
  });

  it('serves several receivers with losses of their own', () => {
    const receivers = ['ann', 'ben', 'eva', 'tom'].map((name) => ({ ...ALWAYS, name }));
    const outcome = simulateRecovery({ ...BASE, receivers, media: { ...CLEAN, loss: 0.03 } });
    expect(outcome.keyFrames).toBe(1);
    expect(outcome.repairs).toBeLessThan(outcome.lost);
    for (const { decoded } of outcome.receivers)
      expect(decoded / outcome.sent).toBeGreaterThan(0.6);
  });

  it('goes on after outages: bursts of 300 ms and one of 5 s, without a key frame', () => {
    const outages = [
      [2000, 2300],
      [4000, 4300],
      [8000, 13_000],
    ] as const;
    const outcome = simulateRecovery({ ...BASE, receivers: [{ ...ALWAYS, name: 'ann', outages }] });
    expect(outcome.keyFrames).toBe(1);
    expect(outcome.receivers[0]?.repairsMs).toHaveLength(3);
    expect(Math.max(...(outcome.receivers[0]?.repairsMs ?? []))).toBeLessThan(200);
  });

  it('a doubted link needs no repair when it is back', () => {
    const outages = [
      [2000, 2300],
      [4000, 4500],
    ] as const;
    const receivers = [{ ...ALWAYS, name: 'ann', outages }];
    const [trusting, doubting] = [Infinity, 200].map((doubtAfterMs) =>
      simulateRecovery({ ...BASE, receivers, doubtAfterMs }),
    );
    expect(trusting?.receivers[0]?.repairsMs).toHaveLength(2);
    expect(doubting?.receivers[0]?.repairsMs).toEqual([]);
    expect(doubting?.keyFrames).toBe(1);
  });

  it('a late joiner costs one key frame, and only one', () => {
    const receivers = [
      { ...ALWAYS, name: 'ann' },
      { ...ALWAYS, name: 'late', joinsMs: 5000 },
    ];
    const outcome = simulateRecovery({ ...BASE, receivers });
    expect(outcome.keyFrames).toBe(2);
    expect(outcome.receivers[0]?.decoded).toBeGreaterThanOrEqual(outcome.sent - 2);
  });

  it('survives the loss of all feedback for a while', () => {
    const outcome = simulateRecovery({
      ...BASE,
      calmFromMs: 10_000,
      media: { ...CLEAN, loss: 0.05 },
      feedback: { ...CLEAN, loss: 1 },
    });
    expect(outcome.receivers[0]?.newest).toBeGreaterThanOrEqual(outcome.sent - 3);
  });
});
