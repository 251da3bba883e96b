import { type BdRate, bdRate } from '../../src/quality/index.js';
import type { Clip } from './clips.js';
import type { Measurement } from './measure.js';
import type { OurMeasurement } from './ours.js';
import type { Peer } from './peers.js';

/** All that was measured on one clip. */
export interface ClipResult {
  readonly clip: Clip;
  readonly frames: number;
  readonly ours: readonly OurMeasurement[];
  /** The middle operating point with the last frequency groups left out. */
  readonly masked: readonly OurMeasurement[];
  readonly peers: ReadonlyMap<string, readonly Measurement[]>;
}

/** Quality measures that BD-rates are taken on. */
export const METRICS = ['psnrWeighted', 'msSsimDb'] as const;
export type Metric = (typeof METRICS)[number];

export interface ClipBd {
  readonly clip: string;
  /** Undefined where the curves do not overlap. */
  readonly bd: BdRate | undefined;
}

/** BD-rates of ours against one peer by one metric; negative: ours needs less rate. */
export interface Comparison {
  readonly peer: Peer;
  readonly metric: Metric;
  readonly clips: readonly ClipBd[];
  /** Mean over the clips with overlap, percent. */
  readonly mean: number | undefined;
}

function curve(points: readonly Measurement[], metric: Metric) {
  return points.map((point) => ({ rate: point.bytes, quality: point[metric] }));
}

export function compare(results: readonly ClipResult[], peer: Peer, metric: Metric): Comparison {
  const clips = results.map(({ clip, ours, peers }) => ({
    clip: clip.name,
    bd: bdRate(curve(peers.get(peer.key) ?? [], metric), curve(ours, metric)),
  }));
  const percents = clips.flatMap(({ bd }) => (bd ? [bd.percent] : []));
  const sum = percents.reduce((a, b) => a + b, 0);
  return { peer, metric, clips, mean: percents.length > 0 ? sum / percents.length : undefined };
}
