import { createRateController } from './controller.js';
import { createContent, type Content, type ContentOptions } from './simulation/content.js';
import {
  reportOf,
  type FrameRecord,
  type SimulationReport,
  type Trace,
} from './simulation/metrics.js';
import { createPath, packetCount } from './simulation/path.js';
import type { Scenario } from './simulation/scenarios.js';
import type { FrameArrival } from './receiverQueue.js';
import { createSendBacklog } from './sendBacklog.js';
import type { FramePlan, RateController, RateControllerOptions } from './types.js';
import { createWire, PACKET_OVERHEAD_BYTES } from './wire.js';

export interface SimulationOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly controller?: RateControllerOptions;
  readonly content?: Omit<ContentOptions, 'seed'>;
  /**
   * ms that this device takes to code a whole picture with all blocks active, and to decode during
   * one frame interval; default 10 and 4
   */
  readonly encodeMs?: number;
  readonly decodeMs?: number;
  /** seconds between requests for a key frame; default Infinity */
  readonly keyRequestSeconds?: number;
}

const CAPTURE_INTERVAL_MS = 1000 / 30;
const POLL_MS = 200;
/** A receiver tells what arrived so often. */
const TELL_MS = 100;
const RECEIVER = 'receiver';
const AUDIO_INTERVAL_MS = 20;
const AUDIO_PACKET_BITS = 8 * 100;
const DEFAULT_MIN_QP = 8;

/**
 * Runs a controller, a synthetic encoder, a bottleneck and a congestion controller on one clock of
 * milliseconds. The same options give the same report.
 */
export function simulate(options: SimulationOptions): SimulationReport {
  const { scenario, seed, encodeMs = 10, decodeMs = 4, keyRequestSeconds = Infinity } = options;
  const controller = createRateController(options.controller);
  const content = createContent({ ...options.content, seed });
  const path = createPath(scenario, seed + 1);
  const wire = createWire(0, PACKET_OVERHEAD_BYTES);
  const length = scenario.seconds * 1000;
  const videoBits = new Float64Array(length);
  const wireBits = new Float64Array(length);
  const videoBitrate = new Float64Array(length);
  const estimate = new Float64Array(length);
  const sent: Omit<FrameRecord, 'arrivedAt'>[] = [];
  const arrivedAt: (number | undefined)[] = [];
  const missing: number[] = [];
  const backlog = createSendBacklog();
  const told: { readonly at: number; readonly arrivals: readonly FrameArrival[] }[] = [];
  let untold: FrameArrival[] = [];
  let toldAt = -Infinity;
  let attempts = 0;

  function capture(now: number): void {
    const activity = content.advance();
    const reading = backlog.reading(now, controller.state.linkBitrate);
    const plan = controller.plan(now, {
      ...(reading && { backlog: reading }),
      ...(activity !== undefined && { activity }),
    });
    if (plan.action !== 'encode') return;
    const coded = encodeFrame(controller, content, plan);
    controller.frameSent(now, coded);
    const frameIntervalMs = 1000 / coded.plan.frameRate;
    const { activeShare } = controller.state;
    const workMs = encodeMs * plan.scale ** 2 * (0.4 + 0.6 * activeShare);
    controller.deviceFeedback({ encodeMs: workMs, decodeMs, frameIntervalMs, activeShare });
    attempts += coded.plan.attempt + 1;
    const bits = wire.bits(coded.bytes);
    path.send(now, bits, sent.length);
    backlog.sent(sent.length, now, bits);
    missing[sent.length] = packetCount(bits);
    videoBits[now] = bits;
    sent.push({ capturedAt: now, ...coded });
  }

  function receive(now: number, frame: number): void {
    const left = (missing[frame] ?? 0) - 1;
    missing[frame] = left;
    if (left > 0) return;
    arrivedAt[frame] = now;
    const tripMs = now - (sent[frame]?.capturedAt ?? now);
    untold.push({ sequence: frame, tripMs });
  }

  function tell(now: number): void {
    if (untold.length > 0 && now - toldAt >= TELL_MS && !scenario.feedbackLost(now)) {
      told.push({ at: now + scenario.delayMs, arrivals: untold });
      untold = [];
      toldAt = now;
    }
    for (let next = told[0]; next && next.at <= now; next = told[0]) {
      told.shift();
      backlog.arrived(RECEIVER, next.arrivals, now);
    }
  }

  let nextCapture = 0;
  let nextKeyRequest = keyRequestSeconds * 1000;
  for (let now = 0; now < length; now++) {
    if (now >= nextKeyRequest) {
      controller.requestKeyFrame();
      nextKeyRequest += keyRequestSeconds * 1000;
    }
    if (now >= nextCapture) {
      capture(now);
      nextCapture += CAPTURE_INTERVAL_MS;
    }
    if (now % AUDIO_INTERVAL_MS === 0) path.sendAtOnce(now, AUDIO_PACKET_BITS);
    const { wireBits: bits, arrived } = path.step(now);
    for (const frame of arrived) receive(now, frame);
    tell(now);
    const feedback = now % POLL_MS === 0 ? path.feedback(now) : undefined;
    if (feedback) controller.networkFeedback(feedback);
    wireBits[now] = bits;
    videoBitrate[now] = controller.state.videoBitrate;
    estimate[now] = path.estimate;
  }
  const frames = sent.map((frame, i) => ({ ...frame, arrivedAt: arrivedAt[i] }));
  const minQp = options.controller?.minQp ?? DEFAULT_MIN_QP;
  const trace: Trace = {
    scenario,
    minQp,
    frames,
    attempts,
    videoBits,
    wireBits,
    videoBitrate,
    estimate,
  };
  return reportOf(trace);
}

/** Codes the current picture as the controller wants it, repetitions included. */
export function encodeFrame(
  controller: RateController,
  content: Content,
  first: FramePlan,
): { readonly plan: FramePlan; readonly bytes: number } {
  let plan = first;
  let bytes = content.encode(plan);
  for (;;) {
    const verdict = controller.judge(plan, bytes);
    if (verdict.accept) break;
    plan = verdict.retry;
    bytes = content.encode(plan);
  }
  content.commit(plan);
  return { plan, bytes };
}
