import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDecoder, createEncoder, type CodecRuntime, type EncodedFrame } from '../index.js';
import { createNodeRuntime } from '../node/index.js';
import { movingFrame } from '../testing/pictures.js';
import { createRateController } from './controller.js';
import { createContent } from './simulation/content.js';
import { encodeFrame } from './simulator.js';
import type { FramePlan } from './types.js';

let runtime: CodecRuntime;
beforeAll(async () => {
  runtime = await createNodeRuntime();
});
afterAll(() => runtime.close());

const SIZE = { width: 160, height: 96 };
const FRAME_RATE = 15;
const INTERVAL = 1000 / FRAME_RATE;
const OVERHEAD_BYTES = 50;

interface Sent {
  readonly at: number;
  readonly plan: FramePlan;
  readonly coded: EncodedFrame;
}

/**
 * Codes one picture again and again for a link of `bitrate`, until it is exact.
 * @param stoodMs how long it has stood still before
 */
async function refine(bitrate: number, milliseconds: number, stoodMs = 0): Promise<Sent[]> {
  const picture = movingFrame(SIZE.width, SIZE.height, 0);
  const encoder = createEncoder(runtime, SIZE);
  const rate = createRateController({
    ...SIZE,
    kind: 'screen',
    frameRate: FRAME_RATE,
    audioBitrate: 0,
    targetBitrate: bitrate,
    maxBitrate: bitrate,
  });
  const sent: Sent[] = [];
  for (
    let now = 0;
    now < milliseconds && sent.at(-1)?.coded.stats.exact !== true;
    now += INTERVAL
  ) {
    rate.networkFeedback({
      now,
      availableOutgoingBitrate: 2 * bitrate,
      rttMs: 20,
      lossFraction: 0,
      jitterMs: 0,
    });
    let plan = rate.plan(now, { activity: 0, stillMs: stoodMs + now });
    if (plan.action !== 'encode') continue;
    const reference = sent.at(-1)?.coded.stats.frameId;
    const encode = ({ qp, keyFrame, maxActiveBlocks, groups, still }: FramePlan) =>
      encoder.encode(picture, {
        ...{ qp, keyFrame, maxActiveBlocks, groups, still },
        ...(reference === undefined ? {} : { reference }),
      });
    let coded = await encode(plan);
    for (let verdict = rate.judge(plan, coded.data.length); !verdict.accept;) {
      plan = verdict.retry;
      coded = await encode(plan);
      verdict = rate.judge(plan, coded.data.length);
    }
    const { activeShare } = coded.stats;
    rate.frameSent(now, { plan, bytes: coded.data.length, activeShare });
    sent.push({ at: now, plan, coded });
  }
  return sent;
}

/** Most bits in any window of a second, as a share of the rate. */
function busiestSecond(sent: readonly Sent[], bitrate: number): number {
  const bits = ({ coded }: Sent) => 8 * (coded.data.length + OVERHEAD_BYTES);
  return Math.max(
    ...sent.map(
      ({ at }) =>
        sent
          .filter((other) => other.at >= at && other.at < at + 1000)
          .reduce((sum, frame) => sum + bits(frame), 0) / bitrate,
    ),
  );
}

describe('a still picture', () => {
  it('becomes bit-exact within two seconds where the link allows', async () => {
    const bitrate = 500_000;
    const sent = await refine(bitrate, 2_000);
    expect(sent.at(-1)?.coded.stats.exact).toBe(true);
    expect(busiestSecond(sent, bitrate)).toBeLessThan(1.35);
    const decoder = createDecoder(runtime);
    let shown: Uint8Array | undefined;
    for (const { coded } of sent) shown = (await decoder.decode(coded.data, 0)).frame.data;
    expect(shown).toEqual(movingFrame(SIZE.width, SIZE.height, 0).data);
  });

  it('gets finer from frame to frame, lossless at last', async () => {
    const sent = await refine(500_000, 2_000);
    const indices = sent.map(({ plan }) => plan.qp);
    expect(indices.at(-1)).toBe(0);
    expect(new Set(indices).size).toBeGreaterThanOrEqual(3);
    const still = sent.filter(({ at }) => at >= 200).map(({ plan }) => plan.qp);
    expect(still).toEqual([...still].sort((a, b) => b - a));
  });

  it('takes as long as a slow link needs, and keeps to it', async () => {
    const bitrate = 120_000;
    const sent = await refine(bitrate, 20_000);
    expect(sent.at(-1)?.coded.stats.exact).toBe(true);
    expect(busiestSecond(sent, bitrate)).toBeLessThan(1.35);
    expect(sent.filter(({ plan }) => plan.qp === 0).length).toBeGreaterThan(3);
  });

  it('gets finer step by step also where it stood still before its key frame', async () => {
    const sent = await refine(120_000, 20_000, 60_000);
    const indices = sent.map(({ plan }) => plan.qp);
    expect(indices).toEqual([...indices].sort((a, b) => b - a));
    expect(new Set(indices).size).toBeGreaterThanOrEqual(4);
    expect(sent.at(-1)?.coded.stats.exact).toBe(true);
  });

  it('gets its full size back, in which alone it can become exact', () => {
    const bitrate = 100_000;
    const size = { width: 1280, height: 720 };
    const rate = createRateController({
      ...size,
      kind: 'screen',
      frameRate: FRAME_RATE,
      audioBitrate: 0,
      targetBitrate: bitrate,
    });
    const content = createContent({ ...size, seed: 1, motion: 0.8 });
    const nextScale = (now: number, stillMs: number): number => {
      rate.networkFeedback({
        now,
        availableOutgoingBitrate: bitrate,
        rttMs: 20,
        lossFraction: 0,
        jitterMs: 0,
      });
      const plan = rate.plan(now, {
        activity: stillMs > 0 ? 0 : (content.advance() ?? 1),
        stillMs,
      });
      if (plan.action === 'encode') rate.frameSent(now, encodeFrame(rate, content, plan));
      return plan.scale;
    };
    let now = 0;
    for (let scale = 1; scale === 1 && now < 60_000; now += INTERVAL) scale = nextScale(now, 0);
    expect(nextScale(now, 0)).toBeLessThan(1);
    const stoodAt = now;
    for (let scale = 0; scale < 1 && now < 60_000; now += INTERVAL) {
      scale = nextScale(now, now - stoodAt + 1);
    }
    expect(now - stoodAt).toBeLessThan(3_000);
  });
});
