import type { DecodeStats, EncodeStats, NetworkReading } from '../codec-worker/messages.js';
import type { ClockEstimate } from '../latency/clockOffset.js';
import type { GlassToGlassReport } from '../latency/glassToGlass.js';
import type { CallSession } from './callSession.js';
import type { LocalMedia } from './localMedia.js';
import type { StageSummaries } from './receivedVideo.js';

export interface ProducerReport {
  readonly producerId: string;
  readonly source: 'camera' | 'screen';
  readonly codec: 'inn' | 'vp8';
  /** `undefined` for VP8. */
  readonly stats: EncodeStats | undefined;
}

export interface ConsumerReport {
  readonly consumerId: string;
  readonly producerId: string;
  readonly peerId: string;
  readonly source: 'camera' | 'screen';
  readonly codec: 'inn' | 'vp8';
  readonly paused: boolean;
  /** How much the peer's sound is ahead of this picture, ms. */
  readonly audioLeadMs: number | undefined;
  /** Frames that the compositor took. */
  readonly framesPresented: number;
  /** `undefined` for VP8. */
  readonly stats: DecodeStats | undefined;
  readonly stages: StageSummaries;
  /** In test mode (`?timecode=1`): latency by the time drawn into the picture. */
  readonly glassToGlass: GlassToGlassReport | undefined;
}

/** Every number of a call at one moment. */
export interface CallStats {
  /** Room time, ms. */
  readonly at: number;
  readonly clock: ClockEstimate | undefined;
  readonly network: NetworkReading | undefined;
  readonly producers: readonly ProducerReport[];
  readonly consumers: readonly ConsumerReport[];
}

export function collectStats(session: CallSession, local: LocalMedia, at: number): CallStats {
  const producers = [local.camera, local.screen].flatMap(({ source, inn, vp8 }) =>
    [inn, vp8].flatMap((sender): ProducerReport[] =>
      sender === undefined
        ? []
        : [
            {
              producerId: sender.producer.id,
              source,
              codec: sender.codec,
              stats: sender.codec === 'inn' ? sender.stats : undefined,
            },
          ],
    ),
  );
  const consumers = [...session.remote.videos].map(([consumerId, video]): ConsumerReport => {
    const { appData, peerId, producerId } = video.receiver.offer;
    return {
      consumerId,
      producerId,
      peerId,
      source: appData.source === 'screen' ? 'screen' : 'camera',
      codec: appData.codec === 'inn' ? 'inn' : 'vp8',
      paused: session.remote.pauseReason(consumerId) !== undefined,
      audioLeadMs: [...session.remote.audios.values()].find(
        ({ receiver }) => receiver.offer.peerId === peerId,
      )?.audioLeadMs,
      framesPresented: video.framesPresented,
      stats: video.stats,
      stages: video.stages,
      glassToGlass: video.glassToGlass,
    };
  });
  return { at, clock: session.clock, network: session.network, producers, consumers };
}
