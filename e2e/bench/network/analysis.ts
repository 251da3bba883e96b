import { msSsim, planePsnr, weightedPsnr } from '../../../codec-core/src/quality/index.js';
import type { AudioSync } from '../../../client/src/room/receivedAudio.js';
import type { Passage } from '../../network/udpRelay.js';
import type { CodedClip } from '../codedClip.js';
import type { CodedPicture, ShownPicture } from '../pageProbe.js';
import { enlarge } from '../enlarge.js';
import { stripTop } from '../pictureNumber.js';
import type { CallRecord } from './call.js';
import type { NetworkResult } from './result.js';
import type { Scenario } from './scenarios.js';

/** Left out of everything but `settledMs`: the estimate finds the link. */
export const WARM_UP_MS = 6000;
const BIN_MS = 1000;
const FREEZE_MS = 200;
const FREEZE_INTERVALS = 3;
const UTILIZED = 0.85;
const NOT_OVER = 1.1;
/** Rows next to the strip that a deblocking filter could have touched. */
const STRIP_MARGIN = 8;

/** A picture on the receiver's screen, times in ms of the scenario. */
interface Shown {
  readonly capturedAt: number;
  readonly shownAt: number;
}

/** Turns what was seen into the figures of the report. */
export function analyse(
  scenario: Scenario,
  record: CallRecord,
  clip: CodedClip,
  { seconds, fps }: { readonly seconds: number; readonly fps: number },
): Omit<NetworkResult, 'codec' | 'commit' | 'measuredAt' | 'load'> {
  const endMs = 1000 * seconds;
  const shown = matchShown(record);
  const measured = shown.filter(({ shownAt }) => shownAt >= WARM_UP_MS && shownAt < endMs);
  const captured = record.captured.filter(({ at }) => {
    const ms = at - record.startedAt;
    return ms >= WARM_UP_MS && ms < endMs;
  });
  const last = record.readings.at(-1);
  const first = record.readings.find(({ at }) => at >= WARM_UP_MS) ?? record.readings[0];
  const counted = (value: (reading: NonNullable<typeof last>) => number): number =>
    last && first ? value(last) - value(first) : 0;
  const innKeyFrames = (reading: NonNullable<typeof last>): number | undefined =>
    reading.receiverApp?.consumers.find(({ codec }) => codec === 'inn')?.stats?.keyFrames;
  const competes = scenario.competing !== undefined;
  return {
    scenario: scenario.name,
    latenessMs: record.latenessMs,
    latency: percentiles(measured.map(({ capturedAt, shownAt }) => shownAt - capturedAt)),
    sound: soundOf(
      record.readings
        .filter(({ at }) => at >= WARM_UP_MS)
        .flatMap(({ receiverApp }) => receiverApp?.consumers ?? [])
        .flatMap(({ sync }) => sync ?? []),
    ),
    freezes: freezesOf(measured, WARM_UP_MS, endMs, fps),
    framesCaptured: captured.length,
    framesShown: measured.length,
    utilization: utilization(record.media.delivered, scenario, endMs),
    overshootP95: competes ? undefined : overshootP95(record.media.offered, scenario, endMs),
    settledMs: settledMs(record.media.offered, shown, scenario, endMs),
    quality: qualityOf(record.samples, clip),
    keyFrames: counted(
      (reading) => innKeyFrames(reading) ?? reading.receiver?.keyFramesDecoded ?? 0,
    ),
    retransmissions: counted(({ sender }) => sender.retransmitted),
    nacks: counted(({ receiver, sender }) => (receiver?.nacks ?? 0) + sender.nacks),
    overflowed: record.media.counts.overflowed,
    lost: record.media.counts.lost,
    series: seriesOf(scenario, record, shown, endMs),
  };
}

/** When each shown picture was captured: the latest capture of its code before it was shown. */
export function matchShown({
  captured,
  shown,
  startedAt,
}: Pick<CallRecord, 'captured' | 'shown' | 'startedAt'>): Shown[] {
  const times = new Map<number, number[]>();
  for (const { code, at } of captured) {
    const known = times.get(code);
    if (known) known.push(at);
    else times.set(code, [at]);
  }
  let before: number | undefined;
  return shown.flatMap(({ code, at }: CodedPicture) => {
    if (code === before) return [];
    before = code;
    const capturedAt = times.get(code)?.findLast((time) => time <= at);
    if (capturedAt === undefined) return [];
    return [{ capturedAt: capturedAt - startedAt, shownAt: at - startedAt }];
  });
}

/** Nearest ranks; NaN of nothing. */
function percentiles(values: readonly number[]): { p50: number; p95: number; p99: number } {
  return { p50: rank(values, 0.5), p95: rank(values, 0.95), p99: rank(values, 0.99) };
}

/** Medians of what the receiver's app says once a second; NaN where it knew nothing. */
export function soundOf(
  syncs: readonly Pick<AudioSync, 'audioLatencyMs' | 'audioLeadMs'>[],
): NonNullable<NetworkResult['sound']> {
  return {
    latencyMs: rank(
      syncs.map(({ audioLatencyMs }) => audioLatencyMs),
      0.5,
    ),
    leadMs: rank(
      syncs.map(({ audioLeadMs }) => audioLeadMs),
      0.5,
    ),
  };
}

function rank(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A freeze: no new picture for more than 200 ms and three frame intervals. */
export function freezesOf(
  shown: readonly Shown[],
  fromMs: number,
  endMs: number,
  fps: number,
): { count: number; totalMs: number; longestMs: number } {
  const limit = Math.max(FREEZE_MS, (FREEZE_INTERVALS * 1000) / fps);
  const times = [fromMs, ...shown.map(({ shownAt }) => shownAt), endMs];
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at));
  const freezes = gaps.filter((gap) => gap > limit);
  return {
    count: freezes.length,
    totalMs: freezes.reduce((sum, gap) => sum + gap, 0),
    longestMs: Math.max(0, ...gaps),
  };
}

function bitsBetween(passages: readonly Passage[], from: number, to: number): number {
  let bytes = 0;
  for (const passage of passages) if (passage.at >= from && passage.at < to) bytes += passage.bytes;
  return 8 * bytes;
}

/** bits that the link could have carried, outages taken out */
function carriable({ capacity, outages, gaps }: Scenario, from: number, to: number): number {
  const dead = [...(outages ?? []), ...(gaps ?? [])];
  let bits = 0;
  for (let ms = from; ms < to; ms += 10) {
    if (!dead.some(([begin, end]) => ms >= begin && ms < end))
      bits += capacity(Math.max(0, ms)) / 100;
  }
  return bits;
}

function utilization(delivered: readonly Passage[], scenario: Scenario, endMs: number): number {
  return bitsBetween(delivered, WARM_UP_MS, endMs) / carriable(scenario, WARM_UP_MS, endMs);
}

/** 95th percentile, over whole seconds, of how much more was sent than fits; 0 where less was. */
function overshootP95(offered: readonly Passage[], scenario: Scenario, endMs: number): number {
  const ratios: number[] = [];
  for (let from = WARM_UP_MS; from + BIN_MS <= endMs; from += BIN_MS) {
    const could = carriable(scenario, from, from + BIN_MS);
    if (could > 0) ratios.push(bitsBetween(offered, from, from + BIN_MS) / could - 1);
  }
  return Math.max(0, rank(ratios, 0.95));
}

/**
 * How long the sender needs to settle, by kind of scenario: after a drop until a second fits the link;
 * after an outage until a picture is shown; after a rise, and else from the start, until a second uses
 * 85 % of the link. Undefined: not within the scenario, or nothing to wait for.
 */
function settledMs(
  offered: readonly Passage[],
  shown: readonly Shown[],
  scenario: Scenario,
  endMs: number,
): number | undefined {
  const { dropAt, riseAt, outages } = scenario;
  const since = dropAt ?? riseAt ?? 0;
  if (outages) {
    const back = shown.find(({ shownAt }) => shownAt >= since);
    return back && back.shownAt - since;
  }
  for (let at = since; at + BIN_MS <= endMs; at += 20) {
    const share = bitsBetween(offered, at, at + BIN_MS) / carriable(scenario, at, at + BIN_MS);
    if (share <= NOT_OVER && (dropAt !== undefined || share >= UTILIZED)) return at - since;
  }
  return undefined;
}

/** Shown pictures against those that the camera delivered, at the camera's size, strip left out. */
function qualityOf(samples: readonly ShownPicture[], clip: CodedClip): NetworkResult['quality'] {
  const { width } = clip;
  const height = stripTop(clip.height) - STRIP_MARGIN;
  const figures = samples.map((sample) => {
    const shown = crop(enlarge(decode(sample), clip), clip, height);
    const source = crop(clip.frame(sample.code), clip, height);
    const luma = width * height;
    return {
      psnr: weightedPsnr(planePsnr(shown, source, width, height)),
      msSsim: msSsim(shown.subarray(0, luma), source.subarray(0, luma), width, height),
    };
  });
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    pictures: figures.length,
    psnr: mean(figures.map(({ psnr }) => psnr)),
    msSsim: mean(figures.map((figure) => figure.msSsim)),
    heights: [...new Set(samples.map((sample) => sample.height))].sort((a, b) => b - a),
  };
}

function decode({ data, ...size }: ShownPicture): {
  width: number;
  height: number;
  data: Uint8Array;
} {
  return { ...size, data: new Uint8Array(Buffer.from(data, 'base64')) };
}

/** The upper rows of a tight I420 picture. */
function crop(
  picture: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  rows: number,
): Uint8Array {
  const luma = width * height;
  const part = (from: number, length: number) => picture.subarray(from, from + length);
  const chroma = (width / 2) * (rows / 2);
  return Buffer.concat([part(0, width * rows), part(luma, chroma), part(luma * 1.25, chroma)]);
}

function seriesOf(
  scenario: Scenario,
  { media, readings }: CallRecord,
  shown: readonly Shown[],
  endMs: number,
): NetworkResult['series'] {
  const before = Math.ceil(Math.max(0, -(media.offered[0]?.at ?? 0)) / BIN_MS);
  return Array.from({ length: before + Math.floor(endMs / BIN_MS) }, (_, i) => {
    const [from, to] = [(i - before) * BIN_MS, (i - before + 1) * BIN_MS];
    const pictures = shown.filter(({ shownAt }) => shownAt >= from && shownAt < to);
    const reading = readings.findLast(({ at }) => at < to);
    const stats = reading?.app?.producers.find(({ codec }) => codec === 'inn')?.stats;
    return {
      at: from,
      capacity: carriable(scenario, from, to),
      offered: bitsBetween(media.offered, from, to),
      delivered: bitsBetween(media.delivered, from, to),
      estimate: reading?.sender.availableOutgoingBitrate,
      frames: pictures.length,
      latency: pictures.length
        ? Math.max(...pictures.map(({ capturedAt, shownAt }) => shownAt - capturedAt))
        : undefined,
      ...(stats && {
        inn: {
          target: stats.targetBitrate,
          qp: stats.qp,
          height: stats.height,
          frameRate: stats.frameRate,
          limitedBy: stats.limitedBy,
          encodeMs: stats.encodeMs,
        },
      }),
    };
  });
}
