import type { FrameStats, FrameType } from '../codec/types.js';
import { type PlanePsnr, PsnrMean, weightedPsnr } from '../quality/index.js';

/** PSNR in dB per plane and (6Y + U + V) / 8. */
export interface Psnr extends PlanePsnr {
  readonly weighted: number;
}

/** What is written about one frame. */
export interface FrameRow {
  readonly index: number;
  /** Capture time in microseconds. */
  readonly timestamp: number;
  readonly type: FrameType;
  readonly qp: number;
  readonly bytes: number;
  /** Bits by part of the frame. */
  readonly bits: Readonly<Record<string, number>>;
  /** Coded blocks / all blocks, 0..1. */
  readonly activeShare: number;
  /** Against the source; absent when decoding, where the source is not known. */
  readonly psnr?: Psnr;
  /** Wall-clock time of the whole frame. */
  readonly milliseconds: number;
  readonly stagesMs: Readonly<Record<string, number>>;
  /** Of the decoded picture, 32 bits in hexadecimal. */
  readonly checksum: string;
}

export interface Totals {
  readonly frames: number;
  readonly keyFrames: number;
  readonly bytes: number;
  /** Length of the video. */
  readonly seconds: number;
  readonly kilobitsPerSecond: number;
  readonly activeShare: number;
  /** Means over frames of the PSNR of each plane. */
  readonly psnr?: Psnr;
  /** Means per frame. */
  readonly milliseconds: number;
  readonly stagesMs: Readonly<Record<string, number>>;
}

export interface StreamStats {
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly frameRate: number;
  readonly modelId: number;
  readonly frames: readonly FrameRow[];
  readonly totals: Totals;
}

export function frameRow(
  index: number,
  timestamp: number,
  stats: FrameStats,
  milliseconds: number,
  psnr?: PlanePsnr,
): FrameRow {
  return {
    index,
    timestamp,
    type: stats.type,
    qp: stats.qp,
    bytes: stats.bytes,
    bits: stats.bits,
    activeShare: stats.activeShare,
    ...(psnr ? { psnr: { ...psnr, weighted: weightedPsnr(psnr) } } : {}),
    milliseconds,
    stagesMs: stats.stages,
    checksum: (stats.checksum >>> 0).toString(16).padStart(8, '0'),
  };
}

function meanStages(frames: readonly FrameRow[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const frame of frames) {
    for (const [stage, ms] of Object.entries(frame.stagesMs)) sums[stage] = (sums[stage] ?? 0) + ms;
  }
  return Object.fromEntries(Object.entries(sums).map(([stage, ms]) => [stage, ms / frames.length]));
}

/** Totals and means over the frames of a stream with `frameRate` frames per second. */
export function totals(frames: readonly FrameRow[], frameRate: number): Totals {
  const sum = (pick: (frame: FrameRow) => number) => frames.reduce((s, f) => s + pick(f), 0);
  const count = Math.max(1, frames.length);
  const quality = new PsnrMean();
  for (const { psnr } of frames) if (psnr) quality.add(psnr);
  const { mean } = quality;
  const bytes = sum((frame) => frame.bytes);
  return {
    frames: frames.length,
    keyFrames: frames.filter((frame) => frame.type === 'key').length,
    bytes,
    seconds: frames.length / frameRate,
    kilobitsPerSecond: (bytes * 8 * frameRate) / count / 1000,
    activeShare: sum((frame) => frame.activeShare) / count,
    ...(mean ? { psnr: { ...mean, weighted: weightedPsnr(mean) } } : {}),
    milliseconds: sum((frame) => frame.milliseconds) / count,
    stagesMs: meanStages(frames),
  };
}
