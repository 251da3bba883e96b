import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../errors.js';
import { createRateController } from './controller.js';
import { createContent, type ContentOptions } from './simulation/content.js';
import type { BacklogReading } from './sendBacklog.js';
import { encodeFrame } from './simulator.js';
import type { FramePlan, NetworkFeedback, RateController, RateControllerOptions } from './types.js';
import { createWire, PACKET_OVERHEAD_BYTES } from './wire.js';

const FRAME_MS = 1000 / 30;
const HEARD: BacklogReading = { waitMs: 0, waitedMs: 0, heardMs: 20 };
const wire = createWire(0, PACKET_OVERHEAD_BYTES);

const feedback = (now: number, bitrate: number, more: Partial<NetworkFeedback> = {}) => ({
  now,
  availableOutgoingBitrate: bitrate,
  rttMs: 50,
  lossFraction: 0,
  jitterMs: 0,
  ...more,
});

interface Run {
  readonly controller: RateController;
  /** every plan, skips and pauses included */
  readonly plans: readonly FramePlan[];
  readonly sent: readonly {
    readonly at: number;
    readonly plan: FramePlan;
    readonly bytes: number;
  }[];
}

/** Codes synthetic content on a link whose estimate is given, without a network in between. */
function run(
  seconds: number,
  estimate: (now: number) => number,
  setup: {
    readonly options?: RateControllerOptions;
    readonly content?: Partial<ContentOptions>;
    readonly each?: (controller: RateController, now: number) => void;
    readonly backlog?: (now: number) => BacklogReading | undefined;
  } = {},
): Run {
  const controller = createRateController(setup.options);
  const content = createContent({ seed: 1, ...setup.content });
  const plans: FramePlan[] = [];
  const sent: { at: number; plan: FramePlan; bytes: number }[] = [];
  for (let frame = 0; frame < seconds * 30; frame++) {
    const at = frame * FRAME_MS;
    if (frame % 6 === 0 && !setup.options?.fixed) {
      controller.networkFeedback(feedback(at, estimate(at)));
    }
    setup.each?.(controller, at);
    const activity = content.advance();
    const backlog = setup.backlog?.(at);
    const plan = controller.plan(at, {
      ...(activity !== undefined && { activity }),
      ...(backlog && { backlog }),
    });
    plans.push(plan);
    if (plan.action !== 'encode') continue;
    const coded = encodeFrame(controller, content, plan);
    controller.frameSent(at, coded);
    sent.push({ at, ...coded });
  }
  return { controller, plans, sent };
}

const bitsBetween = ({ sent }: Run, from: number, to: number): number =>
  sent
    .filter(({ at }) => at >= from && at < to)
    .reduce((sum, { bytes }) => sum + wire.bits(bytes), 0);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a fixed target', () => {
  test('a file has its bit rate, and every frame is coded', () => {
    for (const targetBitrate of [100_000, 300_000, 1_000_000]) {
      const { sent } = run(10, () => 0, { options: { fixed: true, targetBitrate } });
      expect(sent).toHaveLength(300);
      const bitrate = sent.reduce((sum, { bytes }) => sum + 8 * bytes, 0) / 10;
      expect(bitrate / targetBitrate).toBeGreaterThan(0.93);
      expect(bitrate / targetBitrate).toBeLessThan(1.07);
    }
  });

  test('a new target is met by the next frame', () => {
    const options = { fixed: true, targetBitrate: 1_000_000 };
    const each = (controller: RateController, now: number): void => {
      if (now >= 5000) controller.setTargetBitrate(250_000);
    };
    const { sent } = run(10, () => 0, { options, each });
    const first = sent.find(({ at }) => at >= 5000);
    const even = 250_000 / 8 / 30;
    expect(first?.plan.allowanceBytes).toBeLessThan(1.2 * even);
    expect(first?.bytes).toBeLessThan(1.5 * even);
  });

  test('needs neither network nor device', () => {
    const { plans } = run(2, () => 0, { options: { fixed: true, targetBitrate: 20_000 } });
    for (const plan of plans) expect(plan).toMatchObject({ action: 'encode', scale: 1 });
  });
});

describe('a live target', () => {
  test('a lower estimate is obeyed within one frame', () => {
    const result = run(10, (now) => (now < 5000 ? 1_000_000 : 300_000));
    expect(bitsBetween(result, 5000, 6000)).toBeLessThan(300_000);
    const first = result.plans[150];
    expect(first?.allowanceBytes).toBeLessThan((1.2 * 300_000) / 8 / 30);
  });

  test('audio keeps its share', () => {
    const result = run(20, () => 150_000, { options: { audioBitrate: 60_000 } });
    expect(bitsBetween(result, 5000, 20_000) / 15).toBeLessThan(150_000 - 60_000);
    expect(result.controller.state.videoBitrate).toBeCloseTo(150_000 * 0.95 - 60_000);
  });

  test('room for retransmissions is left where packets get lost', () => {
    const controller = createRateController({ audioBitrate: 0 });
    controller.networkFeedback(feedback(0, 1_000_000, { lossFraction: 0.1 }));
    controller.plan(0);
    expect(controller.state.videoBitrate).toBeCloseTo(1_000_000 * 0.95 * 0.9);
  });

  test('what parity takes comes out of the share for sending anew, and of the comfort', () => {
    const rateWith = (codecShare: number, minQp: number): number => {
      const { controller } = run(20, () => 1_000_000, { options: { minQp, audioBitrate: 0 } });
      controller.networkFeedback(feedback(20_000, 1_000_000, { lossFraction: 0, codecShare }));
      controller.plan(20_000);
      return controller.state.videoBitrate / 1_000_000;
    };
    expect(rateWith(0.8, 8)).toBeCloseTo(0.95 * 0.8);
    expect(rateWith(0.95, 45)).toBeCloseTo(0.8);
    expect(rateWith(0.7, 45)).toBeCloseTo(0.95 * 0.7);
    const controller = createRateController({ audioBitrate: 0 });
    controller.networkFeedback(feedback(0, 1_000_000, { lossFraction: 0.1, codecShare: 0.95 }));
    controller.plan(0);
    expect(controller.state.videoBitrate).toBeCloseTo(1_000_000 * 0.95 * 0.9);
  });

  test('near the finest index less of the estimate is used: latency comes before sharpness', () => {
    const share = (minQp: number): number => {
      const { controller } = run(20, () => 1_000_000, { options: { minQp, audioBitrate: 0 } });
      return controller.state.videoBitrate / 1_000_000;
    };
    const { qp } = run(20, () => 1_000_000, { options: { audioBitrate: 0 } }).controller.state;
    expect(share(Math.floor(qp) - 14)).toBeCloseTo(0.95);
    expect(share(Math.ceil(qp) + 4)).toBeCloseTo(0.8);
    expect(share(Math.round(qp) - 4)).toBeGreaterThan(0.8);
    expect(share(Math.round(qp) - 4)).toBeLessThan(0.95);
  });

  test('setTargetBitrate bounds the video rate from the next frame on', () => {
    const each = (controller: RateController, now: number): void => {
      if (now >= 5000) controller.setTargetBitrate(200_000);
    };
    const result = run(10, () => 1_000_000, { each });
    expect(bitsBetween(result, 4000, 5000)).toBeGreaterThan(700_000);
    expect(bitsBetween(result, 5000, 6000)).toBeLessThan(220_000);
  });

  test('whatever the encoder makes, no window exceeds rate, bucket and one frame', () => {
    const steps = fc.array(
      fc.record({
        bytes: fc.integer({ min: 0, max: 60_000 }),
        bitrate: fc.integer({ min: 0, max: 2_000_000 }),
        gapMs: fc.integer({ min: 1, max: 60 }),
        key: fc.boolean(),
      }),
      { minLength: 20, maxLength: 150 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const controller = createRateController({ audioBitrate: 0, packetOverheadBytes: 0 });
        let now = 0;
        let excess = 0;
        let peakRate = 0;
        for (const { bytes, bitrate, gapMs, key } of list) {
          now += gapMs;
          const before = controller.state.videoBitrate;
          controller.networkFeedback(feedback(now, bitrate));
          if (key) controller.requestKeyFrame();
          const plan = controller.plan(now);
          peakRate = Math.max(peakRate, before, controller.state.videoBitrate);
          excess = Math.max(
            0,
            excess - (gapMs * Math.max(before, controller.state.videoBitrate)) / 1000,
          );
          if (plan.action !== 'encode') continue;
          controller.frameSent(now, { plan, bytes });
          excess += 8 * bytes;
          expect(excess).toBeLessThanOrEqual(0.18 * peakRate + 8 * 60_000);
        }
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  test('after any past, a good link brings pictures within three seconds', () => {
    const past = fc.array(
      fc.record({
        bitrate: fc.integer({ min: 0, max: 3_000_000 }),
        rttMs: fc.integer({ min: 0, max: 2000 }),
        lossFraction: fc.double({ min: 0, max: 1, noNaN: true }),
        gapMs: fc.integer({ min: 0, max: 3000 }),
        encodeMs: fc.integer({ min: 0, max: 200 }),
        backlogMs: fc.integer({ min: 0, max: 5000 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(past, (list) => {
        const controller = createRateController();
        const content = createContent({ seed: 2 });
        let now = 0;
        const step = (backlogMs?: number): boolean => {
          content.advance();
          const plan = controller.plan(
            now,
            backlogMs === undefined
              ? {}
              : { backlog: { waitMs: backlogMs, waitedMs: backlogMs, heardMs: 0 } },
          );
          if (plan.action === 'encode') {
            controller.frameSent(now, encodeFrame(controller, content, plan));
          }
          return plan.action === 'encode';
        };
        for (const { gapMs, bitrate, encodeMs, backlogMs, ...more } of list) {
          now += gapMs;
          controller.networkFeedback(feedback(now, bitrate, more));
          controller.deviceFeedback({
            encodeMs,
            decodeMs: 0,
            frameIntervalMs: FRAME_MS,
            activeShare: 1,
          });
          step(backlogMs);
        }
        let coded = 0;
        for (const end = now + 3000; now < end; now += FRAME_MS) {
          controller.networkFeedback(feedback(now, 800_000));
          if (step()) coded += 1;
        }
        expect(coded).toBeGreaterThan(3);
      }),
      { seed: 12, numRuns: 100 },
    );
  });

  test('after a still moment no frame is much finer at once than the one before', () => {
    const controller = createRateController({ targetBitrate: 150_000 });
    const content = createContent({ seed: 1, motion: 0.3 });
    let before: FramePlan | undefined;
    const finer: number[] = [];
    for (let frame = 0; frame < 150; frame++) {
      const activity = content.advance();
      // The model cannot know that the reference is coarse: a still picture seems to cost nothing.
      const still = frame >= 90 && frame < 93;
      const plan = controller.plan(
        frame * FRAME_MS,
        still ? { activity: 0 } : { activity: activity ?? 0 },
      );
      if (plan.action !== 'encode') continue;
      const coded = encodeFrame(controller, content, plan);
      controller.frameSent(frame * FRAME_MS, coded);
      if (before && !coded.plan.keyFrame) finer.push(before.qp - coded.plan.qp);
      before = coded.plan;
    }
    expect(finer.length).toBeGreaterThan(100);
    expect(Math.max(...finer)).toBeLessThanOrEqual(4);
  });

  test('more bandwidth is never coarser in the steady state', () => {
    const rates = [100, 130, 170, 220, 290, 380, 500, 650, 850, 1100, 1500, 2000];
    const points = rates.map((kbit) => {
      const { sent } = run(25, () => 1000 * kbit, { content: { seed: 3, motion: 0.25 } });
      const steady = sent.filter(({ at, plan }) => at > 15_000 && !plan.keyFrame);
      return {
        qp: mean(steady.map(({ plan }) => plan.qp)),
        pixelRate: mean(steady.map(({ plan }) => plan.scale ** 2 * plan.frameRate)),
      };
    });
    points.slice(1).forEach((point, i) => {
      const less = points[i];
      if (!less) throw new Error('missing point');
      expect(point.pixelRate).toBeGreaterThanOrEqual(less.pixelRate);
      if (point.pixelRate === less.pixelRate) expect(point.qp).toBeLessThan(less.qp + 0.01);
    });
  });
});

describe('what receivers tell of the way', () => {
  /** A queue of our own making: what arrives has waited less. */
  const told = (waitMs: number): BacklogReading => ({ waitMs, waitedMs: 50, heardMs: 20 });
  const between = ({ sent }: Run, from: number, to: number) =>
    sent.filter(({ at }) => at >= from && at < to);

  test('a backlog makes frames small, a long one holds them back, but never for long', () => {
    const runWith = (waitMs: number) =>
      run(15, () => 600_000, {
        backlog: (at) => told(at < 10_000 ? 0 : waitMs),
      });
    const [none, some, long] = [runWith(0), runWith(80), runWith(500)];
    const bytes = (of: Run) => mean(between(of, 10_000, 15_000).map((frame) => frame.bytes));
    expect(between(some, 10_000, 15_000)).toHaveLength(150);
    expect(bytes(some)).toBeLessThan(0.8 * bytes(none));
    const times = between(long, 10_000, 15_000).map(({ at }) => at);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(110);
    expect(Math.max(...gaps)).toBeLessThan(160);
    expect(bytes(long)).toBeLessThan(0.5 * bytes(none));
  });

  test('the size does not change while frames wait: that takes a key frame', () => {
    const starved = (waitMs: number) =>
      run(20, (now) => (now < 5000 ? 1_000_000 : 100_000), {
        content: { motion: 0.6 },
        backlog: (at) => told(at < 5000 || at > 15_000 ? 0 : waitMs),
      });
    const scales = (of: Run, from: number, to: number) =>
      new Set(between(of, from, to).map(({ plan }) => plan.scale));
    expect(scales(starved(100), 5000, 15_000)).toEqual(new Set([1]));
    expect(scales(starved(100), 15_000, 20_000).size).toBeGreaterThan(1);
    expect(scales(starved(40), 5000, 15_000).size).toBeGreaterThan(1);
  });

  test('while frames arrive, lost reports are no reason to doubt the estimate', () => {
    const silent = (heard: boolean) => {
      const controller = createRateController();
      controller.networkFeedback(feedback(0, 800_000));
      const backlog = heard && { backlog: told(0) };
      for (let at = 0; at < 2000; at += FRAME_MS) controller.plan(at, backlog || {});
      return controller.state.videoBitrate;
    };
    expect(silent(true)).toBeGreaterThan(700_000);
    expect(silent(false)).toBeLessThan(100_000);
  });
});

describe('a queue that others fill', () => {
  const crowded = { waitMs: 300, waitedMs: 280, heardMs: 20 };

  test('holds no frame back', () => {
    const gaps = (waitedMs: number) => {
      const { sent } = run(10, () => 600_000, {
        backlog: () => ({ ...crowded, waitedMs }),
      });
      const times = sent.map(({ at }) => at).filter((at) => at > 5000);
      return mean(times.slice(1).map((at, i) => at - (times[i] ?? 0)));
    };
    expect(gaps(280)).toBeCloseTo(FRAME_MS, 0);
    expect(gaps(50)).toBeGreaterThan(3 * FRAME_MS);
  });

  test('stops video only where too little comes through: the estimate follows what is sent', () => {
    const rateWith = (carriedBitrate: number): number => {
      const controller = createRateController({ audioBitrate: 0 });
      for (let frame = 0; frame < 150; frame++) {
        const at = frame * FRAME_MS;
        controller.networkFeedback(feedback(at, at < 2000 ? 400_000 : 50_000));
        controller.plan(at, { backlog: { ...crowded, carriedBitrate } });
      }
      return controller.state.videoBitrate;
    };
    expect(rateWith(100_000)).toBeCloseTo(1.6 * 50_000);
    expect(rateWith(50_000)).toBe(0);
  });
});

test('a frame that takes more than its allowance at the coarsest index is left out, one at a time', () => {
  const { sent } = run(20, (now) => (now < 5000 ? 1_000_000 : 90_000), {
    content: { motion: 1.5 },
    options: { audioBitrate: 0 },
  });
  const starved = sent.filter(({ at }) => at >= 5500 && at < 6500);
  const gaps = starved.slice(1).map(({ at }, i) => at - (starved[i]?.at ?? 0));
  expect(Math.max(...gaps)).toBeGreaterThan(1.5 * FRAME_MS);
  expect(Math.max(...gaps)).toBeLessThan(5 * FRAME_MS);
});

describe('key frames', () => {
  test('the first frame is one and takes at most 200 ms of the link', () => {
    for (const kbit of [120, 300, 1000]) {
      const { sent } = run(1, () => 1000 * kbit);
      const [first] = sent;
      expect(first?.plan.keyFrame).toBe(true);
      expect(8 * (first?.bytes ?? Infinity)).toBeLessThan(1.2 * 0.2 * kbit * 1000);
    }
  });

  test('one that is a little too large or too small is not coded again, which would take longer', () => {
    const accepts = (share: number): boolean => {
      const controller = createRateController();
      controller.deviceFeedback({ encodeMs: 5, decodeMs: 5, frameIntervalMs: 33, activeShare: 1 });
      const plan = controller.plan(0, { detail: 6 });
      return controller.judge(plan, share * plan.allowanceBytes).accept;
    };
    expect([0.3, 1, 1.35, 1.5].map(accepts)).toEqual([true, true, true, false]);
  });

  test('a coarse key frame is refined by the frames after it', () => {
    const { sent } = run(2, () => 300_000);
    const indices = sent.map(({ plan }) => plan.qp);
    expect(Math.max(...indices.slice(-5))).toBeLessThan((indices[0] ?? 0) - 3);
  });

  test('a request makes one key frame, and many requests no more than two a second', () => {
    const once = run(5, () => 600_000, {
      each: (controller, now) => {
        if (Math.abs(now - 2000) < 1) controller.requestKeyFrame();
      },
    });
    expect(once.sent.filter(({ plan }) => plan.keyFrame).map(({ at }) => Math.round(at))).toEqual([
      0, 2000,
    ]);
    const often = run(5, () => 600_000, { each: (controller) => controller.requestKeyFrame() });
    const keys = often.sent.filter(({ plan }) => plan.keyFrame).length;
    expect(keys).toBeGreaterThanOrEqual(8);
    expect(keys).toBeLessThanOrEqual(11);
  });

  test('a change of the resolution comes with a key frame', () => {
    const { sent } = run(40, (now) => (now < 15_000 ? 1_500_000 : 95_000), {
      content: { motion: 0.5 },
    });
    const changes = sent.filter(({ plan }, i) => i > 0 && sent[i - 1]?.plan.scale !== plan.scale);
    expect(changes.length).toBeGreaterThan(0);
    for (const { plan } of changes) expect(plan.keyFrame).toBe(true);
  });
});

describe('a source of another size', () => {
  test('is taken from the hint, with a key frame and its own number of blocks', () => {
    const controller = createRateController({ width: 640, height: 360 });
    const first = controller.plan(0);
    expect(first.maxActiveBlocks).toBe(3600);
    controller.frameSent(0, { plan: first, bytes: first.allowanceBytes });
    const larger = controller.plan(1000, { width: 1280, height: 720 });
    expect(larger).toMatchObject({ action: 'encode', keyFrame: true });
    expect(larger.maxActiveBlocks).toBe(14_400 * larger.scale ** 2);
  });

  test('a key frame that the caller decided on teaches nothing about predicted frames', () => {
    const plans = [false, true].map((forced) => {
      const controller = createRateController({ fixed: true, targetBitrate: 300_000 });
      for (let i = 0; i < 30; i++) {
        const plan = controller.plan(i * FRAME_MS);
        controller.frameSent(i * FRAME_MS, { plan, bytes: plan.allowanceBytes });
      }
      const plan = controller.plan(1000);
      const sent = forced ? { ...plan, keyFrame: true } : plan;
      controller.frameSent(1000, { plan: sent, bytes: plan.allowanceBytes * (forced ? 8 : 1) });
      return controller.plan(3000).qp;
    });
    expect(plans[1]).toBe(plans[0]);
  });
});

describe('frame rate and resolution', () => {
  const starved = (kind: 'camera' | 'screen'): FramePlan | undefined =>
    run(30, (now) => (now < 5000 ? 1_000_000 : 100_000), {
      options: { kind },
      content: { motion: 0.6 },
    }).plans.at(-1);

  test('people keep their motion: resolution goes first', () => {
    const plan = starved('camera');
    expect(plan?.scale).toBeLessThan(1);
    expect(plan?.frameRate).toBeGreaterThanOrEqual(20);
    expect(plan?.limitedBy).toBe('network');
  });

  test('screens keep their sharpness: frame rate goes first', () => {
    const plan = starved('screen');
    expect(plan?.scale).toBe(1);
    expect(plan?.frameRate).toBeLessThan(30);
    expect(plan?.limitedBy).toBe('network');
  });

  test('contentHint changes the preference', () => {
    const each = (controller: RateController): void => controller.contentHint({ kind: 'screen' });
    const { plans } = run(30, () => 100_000, { each, content: { motion: 0.6 } });
    expect(plans.at(-1)?.scale).toBe(1);
  });

  test('what is as fine as allowed grows, whatever index the larger picture will take', () => {
    const { plans } = run(40, (now) => (now < 10_000 ? 95_000 : 1_500_000), {
      options: { minQp: 44 },
      content: { motion: 0.6 },
    });
    expect(plans[9 * 30]?.scale).toBeLessThan(1);
    expect(plans.at(-1)?.scale).toBe(1);
  });

  test('a steady link is not followed by changes to and fro', () => {
    for (const kbit of [110, 150, 200, 300]) {
      const { sent } = run(60, () => 1000 * kbit, { content: { motion: 0.3 } });
      const scales = sent.filter(({ at }) => at > 10_000).map(({ plan }) => plan.scale);
      const changes = scales.filter((scale, i) => i > 0 && scale !== scales[i - 1]).length;
      expect(changes).toBeLessThanOrEqual(2);
    }
  });

  test('the planned frame rate is the one that comes', () => {
    const slow = (controller: RateController): void =>
      controller.deviceFeedback({
        encodeMs: 45,
        decodeMs: 10,
        frameIntervalMs: 50,
        activeShare: 1,
      });
    const { sent, plans } = run(20, () => 1_000_000, { each: slow });
    const frameRate = plans.at(-1)?.frameRate ?? 0;
    expect(frameRate).toBeLessThan(30);
    const lastSeconds = sent.filter(({ at }) => at >= 17_000).length / 3;
    expect(Math.abs(lastSeconds - frameRate)).toBeLessThanOrEqual(1);
  });
});

describe('a slow device', () => {
  /** A device that takes this long for a whole picture with all blocks active. */
  const device =
    (encodeMs: number) =>
    (controller: RateController): void => {
      const { activeShare, scale, frameRate } = controller.state;
      controller.deviceFeedback({
        encodeMs: encodeMs * scale ** 2 * (0.4 + 0.6 * activeShare),
        decodeMs: 4,
        frameIntervalMs: 1000 / frameRate,
        activeShare,
      });
    };

  test('gives up active blocks, then frame rate, then resolution, as far as it must', () => {
    const points = [15, 35, 60, 150, 400].map((encodeMs) =>
      run(30, () => 1_000_000, { each: device(encodeMs) }).plans.at(-1),
    );
    expect(points[0]).toMatchObject({ maxActiveBlocks: 3600, frameRate: 30, scale: 1 });
    expect(points[0]?.limitedBy).toBe('none');
    expect(points[1]).toMatchObject({ frameRate: 30, scale: 1, limitedBy: 'cpu' });
    expect(points[1]?.maxActiveBlocks).toBeLessThan(3600);
    expect(points[2]).toMatchObject({ scale: 1, limitedBy: 'cpu' });
    expect(points[2]?.frameRate).toBeLessThan(30);
    expect(points[4]).toMatchObject({ limitedBy: 'cpu' });
    expect(points[4]?.scale).toBeLessThan(1);
  });

  test('tells from how many active blocks on a camera picture would not be ready in its interval', () => {
    const plans = (options: RateControllerOptions): readonly FramePlan[] => {
      const each = (controller: RateController, now: number): void => {
        const activeShare = 0.1 + (0.4 * (Math.round(now / FRAME_MS) % 7)) / 6;
        const encodeMs = 9 + 60 * activeShare;
        controller.deviceFeedback({ encodeMs, decodeMs: 0, frameIntervalMs: 66, activeShare });
      };
      return run(10, () => 1_000_000, { options, each }).plans;
    };
    const all = 80 * 45;
    const camera = plans({});
    expect(camera[0]?.timelyBlocks).toBe(all);
    const last = camera.at(-1)?.timelyBlocks ?? 0;
    const fitting = (1000 / 30 - 9) / 60;
    expect(last).toBeGreaterThan((fitting - 0.05) * all);
    expect(last).toBeLessThan((fitting + 0.05) * all);
    expect(plans({ kind: 'screen' }).at(-1)?.timelyBlocks).toBe(all);
    expect(plans({ fixed: true }).at(-1)?.timelyBlocks).toBe(all);
  });

  test('makes the blocks of a camera dearer first, where bits are not scarce', () => {
    const busy = { encodeMs: 18, decodeMs: 4, frameIntervalMs: FRAME_MS, activeShare: 0.2 };
    const lastPrice = (
      linkBitrate: number,
      encodeMs: number,
      options: RateControllerOptions = { minQp: 24 },
    ): number | undefined => {
      const each = (controller: RateController): void =>
        controller.deviceFeedback({ ...busy, encodeMs });
      const { plans } = run(10, () => linkBitrate, { options, each });
      expect(plans.at(-1)).toMatchObject({ maxActiveBlocks: 3600, limitedBy: 'none' });
      return plans.at(-1)?.blockPrice;
    };
    expect(lastPrice(4_000_000, 18)).toBeGreaterThanOrEqual(4);
    expect(lastPrice(4_000_000, 10)).toBe(0);
    expect(lastPrice(500_000, 18, { minQp: 8 })).toBe(0);
    expect(lastPrice(4_000_000, 18, { kind: 'screen' })).toBe(0);
  });

  test('gives up sharpness of a camera, step by step and nothing else, before the device is full', () => {
    const each = (encodeMs: number) => (controller: RateController) => {
      const busy = { decodeMs: 4, frameIntervalMs: FRAME_MS, activeShare: 0.2 };
      controller.deviceFeedback({ ...busy, encodeMs });
    };
    const lastIndex = (encodeMs: number): number => {
      const options = { minQp: 30 };
      const { plans } = run(12, () => 4_000_000, { options, each: each(encodeMs) });
      expect(plans[0]?.limitedBy).toBe('none');
      expect(plans.at(-1)).toMatchObject({ frameRate: 30, scale: 1, limitedBy: 'cpu' });
      return plans.at(-1)?.qp ?? 0;
    };
    expect(lastIndex(22)).toBeGreaterThanOrEqual(33);
    expect(lastIndex(23.5)).toBeGreaterThanOrEqual(36);
    const options = { kind: 'screen' } as const;
    const screen = run(6, () => 4_000_000, { options, each: each(23.5) }).plans;
    expect(screen.at(-1)).toMatchObject({ maxActiveBlocks: 3600, limitedBy: 'none' });
  });

  test('codes coarser than the link allows before it gives up frame rate', () => {
    const each = (controller: RateController): void => {
      const { scale, frameRate } = controller.state;
      const encodeMs = 32 * scale ** 2;
      const frameIntervalMs = 1000 / frameRate;
      controller.deviceFeedback({ encodeMs, decodeMs: 0, frameIntervalMs, activeShare: 0.05 });
    };
    const { plans } = run(12, () => 4_000_000, { each });
    const limited = plans.filter(({ limitedBy }) => limitedBy === 'cpu');
    expect(limited[0]).toMatchObject({ frameRate: 30, scale: 1 });
    expect(limited.at(-1)).toMatchObject({ frameRate: 20, scale: 1 });
    expect(limited.at(-1)?.qp).toBeGreaterThanOrEqual(16);
  });

  test('comes back when the device has time again', () => {
    const each = (controller: RateController, now: number): void =>
      device(now < 10_000 ? 60 : 10)(controller);
    const { plans } = run(60, () => 1_000_000, { each });
    expect(plans[299]?.limitedBy).toBe('cpu');
    expect(plans.at(-1)).toMatchObject({ maxActiveBlocks: 3600, frameRate: 30, limitedBy: 'none' });
  });

  test('frames that came out too small are not coded again without time for it', () => {
    const small = (controller: RateController): boolean => {
      for (let at = 0; at < 1000; at += FRAME_MS) {
        const sent = controller.plan(at);
        if (sent.action === 'encode') {
          controller.frameSent(at, { plan: sent, bytes: sent.allowanceBytes });
        }
      }
      const plan = controller.plan(1000);
      return controller.judge(plan, plan.allowanceBytes / 3).accept;
    };
    const fast = createRateController();
    fast.deviceFeedback({ encodeMs: 5, decodeMs: 5, frameIntervalMs: 33, activeShare: 1 });
    expect(small(fast)).toBe(false);
    const slow = createRateController();
    for (let i = 0; i < 50; i++) {
      slow.deviceFeedback({ encodeMs: 16, decodeMs: 8, frameIntervalMs: 33, activeShare: 1 });
    }
    expect(small(slow)).toBe(true);
  });
});

describe('a link for audio only', () => {
  test('video stops below 80 kbit/s, says so, and starts with a key frame afterwards', () => {
    const { plans, sent } = run(15, (now) => (now >= 5000 && now < 8500 ? 60_000 : 500_000));
    const paused = plans.filter(({ action }) => action === 'pause');
    expect(paused.length).toBeGreaterThan(80);
    for (const plan of paused) {
      expect(plan).toMatchObject({ videoPaused: true, limitedBy: 'network', keyFrame: false });
    }
    const back = sent.find(({ at }) => at >= 8500);
    expect(back?.at).toBeLessThan(9500);
    expect(back?.plan.keyFrame).toBe(true);
  });

  test('audio alone fits while video is paused', () => {
    const controller = createRateController();
    for (let now = 0; now < 2000; now += FRAME_MS) {
      controller.networkFeedback(feedback(now, 50_000));
      controller.plan(now);
    }
    expect(controller.state).toMatchObject({ videoPaused: true, videoBitrate: 0 });
  });
});

describe('judge', () => {
  const planned = (): { controller: RateController; plan: FramePlan } => {
    const controller = createRateController();
    return { controller, plan: controller.plan(0) };
  };

  test('accepts what fits and asks for coarser codings of what does not, twice at most', () => {
    const { controller, plan } = planned();
    expect(controller.judge(plan, plan.allowanceBytes)).toEqual({ accept: true });
    const first = controller.judge(plan, 3 * plan.allowanceBytes);
    if (first.accept) throw new Error('accepted');
    expect(first.retry.qp).toBeGreaterThan(plan.qp);
    expect(first.retry.attempt).toBe(1);
    const second = controller.judge(first.retry, 2 * plan.allowanceBytes);
    if (second.accept) throw new Error('accepted');
    expect(second.retry.qp).toBeGreaterThan(first.retry.qp);
    expect(controller.judge(second.retry, 2 * plan.allowanceBytes)).toEqual({ accept: true });
  });

  test('takes groups away where no coarser index is left', () => {
    const { controller, plan } = planned();
    const coarsest = { ...plan, qp: 63 };
    const verdict = controller.judge(coarsest, 5 * plan.allowanceBytes);
    if (verdict.accept) throw new Error('accepted');
    expect(verdict.retry).toMatchObject({ qp: 63, groups: plan.groups - 1 });
    expect(controller.judge({ ...coarsest, groups: 1 }, 5 * plan.allowanceBytes).accept).toBe(true);
  });
});

describe('hostile arguments', () => {
  const bad = fc.constantFrom(NaN, Infinity, -Infinity);

  test('what is not a finite number is refused with a clear error', () => {
    fc.assert(
      fc.property(bad, (value) => {
        const controller = createRateController();
        const plan = controller.plan(0);
        const calls = [
          () => createRateController({ width: value }),
          () => createRateController({ frameRate: value }),
          () => createRateController({ targetBitrate: value }),
          () => controller.plan(value),
          () => controller.plan(0, { activity: value }),
          () => controller.judge(plan, value),
          () => controller.frameSent(value, { plan, bytes: 1 }),
          () => controller.frameSent(0, { plan, bytes: value }),
          () => controller.setTargetBitrate(value),
          () => controller.contentHint({ kind: 'camera', activity: value }),
          () => controller.networkFeedback(feedback(0, value)),
          () => controller.plan(0, { backlog: { ...HEARD, waitMs: value } }),
          () => controller.plan(0, { backlog: { ...HEARD, heardMs: value } }),
          () => controller.plan(0, { backlog: { ...HEARD, waitedMs: value } }),
          () => controller.plan(0, { backlog: { ...HEARD, carriedBitrate: value } }),
          () =>
            controller.deviceFeedback({
              encodeMs: value,
              decodeMs: 1,
              frameIntervalMs: 33,
              activeShare: 1,
            }),
        ];
        for (const call of calls) expect(call).toThrow(CodecError);
      }),
      { seed: 13 },
    );
  });

  test('a frame that was not asked for is refused', () => {
    const controller = createRateController();
    const plan = controller.plan(0);
    controller.frameSent(0, { plan, bytes: 100 });
    const skipped = controller.plan(1);
    expect(skipped.action).toBe('skip');
    expect(() => controller.judge(skipped, 10)).toThrow(/only when it says encode/);
    expect(() => controller.frameSent(1, { plan: skipped, bytes: 10 })).toThrow(CodecError);
  });

  test('finite numbers of any size keep the plan within its ranges', () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(any, any, any, any), { maxLength: 40 }), (list) => {
        const controller = createRateController();
        for (const [now, bitrate, size, activity] of list) {
          controller.networkFeedback(
            feedback(now, bitrate, { rttMs: size, lossFraction: activity }),
          );
          controller.deviceFeedback({
            encodeMs: size,
            decodeMs: bitrate,
            frameIntervalMs: now,
            activeShare: 1,
          });
          const plan = controller.plan(now, { activity });
          expect(plan.qp).toBeGreaterThanOrEqual(8);
          expect(plan.qp).toBeLessThanOrEqual(63);
          expect(Number.isInteger(plan.qp)).toBe(true);
          expect(plan.maxBytes).toBeGreaterThanOrEqual(plan.allowanceBytes);
          expect(plan.allowanceBytes).toBeGreaterThanOrEqual(0);
          expect([1, 0.75, 0.5, 0.375]).toContain(plan.scale);
          expect(plan.frameRate).toBeGreaterThanOrEqual(7.5);
          expect(plan.maxActiveBlocks).toBeGreaterThanOrEqual(1);
          if (plan.action === 'encode') controller.frameSent(now, { plan, bytes: size });
          expect(Number.isFinite(controller.state.bufferMs)).toBe(true);
        }
      }),
      { seed: 14 },
    );
  });

  test('a clock that runs backwards stands still', () => {
    const controller = createRateController();
    controller.networkFeedback(feedback(1000, 500_000));
    const plan = controller.plan(1000);
    controller.frameSent(1000, { plan, bytes: 500 });
    expect(controller.plan(-5000).action).toBe('skip');
    expect(controller.plan(1000 + 2 * FRAME_MS).action).toBe('encode');
  });

  test('an empty picture source and an empty frame are no special case', () => {
    const controller = createRateController({ width: 1, height: 1 });
    const plan = controller.plan(0, { activity: 0 });
    controller.frameSent(0, { plan, bytes: 0 });
    expect(controller.plan(40, { activity: 0 }).action).toBe('encode');
  });
});
