import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEncoder, lumaDifference, type CodecRuntime } from '../index.js';
import { createNodeRuntime } from '../node/index.js';
import { movingFrame } from '../testing/pictures.js';
import { createRateController } from './controller.js';
import { operatingPointOf } from './operatingPoint.js';
import type { I420Frame } from '../frame/i420.js';
import type { FramePlan } from './types.js';

let runtime: CodecRuntime;
beforeAll(async () => {
  runtime = await createNodeRuntime();
});
afterAll(() => runtime.close());

const SIZE = { width: 256, height: 144 };
const FRAME_RATE = 30;
const SECONDS = 4;
/** The first key frame is refined before frames are as large as they may be. */
const SETTLED_MS = 1000;

/** Codes a moving picture for a link; the sizes of its frames as shares of what they might take, and all attempts. */
async function callAt(bitrate: number): Promise<{ shares: number[]; attempts: number }> {
  const encoder = createEncoder(runtime, SIZE);
  const rate = createRateController({ ...SIZE, frameRate: FRAME_RATE, audioBitrate: 0 });
  const shares: number[] = [];
  let attempts = 0;
  let before: I420Frame | undefined;
  for (let index = 0; index < SECONDS * FRAME_RATE; index++) {
    const now = (1000 * index) / FRAME_RATE;
    rate.networkFeedback({
      ...{ now, availableOutgoingBitrate: bitrate, rttMs: 50, lossFraction: 0, jitterMs: 0 },
    });
    const frame = movingFrame(SIZE.width, SIZE.height, index);
    const planned = rate.plan(now, { activity: lumaDifference(frame, before) });
    if (planned.action !== 'encode') continue;
    const encode = async (plan: FramePlan) => {
      attempts += 1;
      const again = plan.attempt > 0;
      const { data, stats } = await encoder.encode(frame, { ...operatingPointOf(plan), again });
      return { plan: { ...plan, qp: stats.qp }, bytes: data.length };
    };
    let coded = await encode(planned);
    for (;;) {
      const verdict = rate.judge(coded.plan, coded.bytes);
      if (verdict.accept) break;
      coded = await encode(verdict.retry);
    }
    rate.frameSent(now, coded);
    before = frame;
    if (now >= SETTLED_MS) shares.push(coded.bytes / coded.plan.allowanceBytes);
  }
  await encoder.close();
  return { shares, attempts };
}

it.each([150_000, 300_000, 600_000])(
  'at %i bit/s 95 % of the frames are within 20 % of their allowance, few of them coded twice',
  async (bitrate) => {
    const { shares, attempts } = await callAt(bitrate);
    expect(shares.length).toBeGreaterThan(75);
    const near = shares.filter((share) => Math.abs(share - 1) <= 0.2);
    expect(near.length / shares.length).toBeGreaterThanOrEqual(0.95);
    expect(attempts).toBeLessThan(1.2 * (shares.length + FRAME_RATE));
  },
);
