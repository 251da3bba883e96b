import type { ProducerAppData, VideoCodec, VideoSource } from '../protocol/index.js';

/** A producer as the choice of variants sees it. */
export interface Candidate {
  readonly id: string;
  readonly peerId: string;
  readonly appData: ProducerAppData;
}

export interface Receiver {
  readonly peerId: string;
  readonly decodes: readonly VideoCodec[];
  /** Wants every variant that it can show. */
  readonly compareMode: boolean;
}

/** Producers of one peer's source in all its variants and layers. */
export function sourceKey({ peerId, appData }: Pick<Candidate, 'peerId' | 'appData'>): string {
  return `${peerId}/${appData.source}`;
}

/** A video source in one of its codecs. */
export interface Variant {
  readonly source: VideoSource;
  readonly codec: VideoCodec;
}

/** Tells the variants of one peer apart. */
export function variantKey({ source, codec }: Variant): string {
  return `${source}/${codec}`;
}

/** Place among the layers of its source in its codec, 0 = smallest and only one of VP8; undefined for sound. */
export function layerOf(appData: ProducerAppData): number | undefined {
  return appData.codec === 'vp8' ? 0 : appData.codec === 'inn' ? appData.layer : undefined;
}

/**
 * The producers that a receiver gets: everybody's sound, and of each video source INN where the
 * receiver shows INN and the source has it, otherwise VP8 where it shows that.
 */
export function selectVariants(
  candidates: readonly Candidate[],
  { peerId, decodes, compareMode }: Receiver,
): Candidate[] {
  const others = candidates.filter((candidate) => candidate.peerId !== peerId);
  const showsInn = decodes.includes('inn');
  const withInn = new Set(
    others
      .filter(({ appData }) => appData.codec === 'inn')
      .map((candidate) => sourceKey(candidate)),
  );
  return others.filter((candidate) => {
    const { codec } = candidate.appData;
    if (codec === 'opus') return true;
    if (!decodes.includes(codec)) return false;
    return compareMode || codec === 'inn' || !showsInn || !withInn.has(sourceKey(candidate));
  });
}
