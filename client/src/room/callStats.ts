import type { DecodeStats, EncodeStats, NetworkReading } from '../codec-worker/messages.js';
import type { CaptureCheckReport } from '../latency/captureCheck.js';
import type { ClockEstimate } from '../latency/clockOffset.js';
import type { GlassToGlassReport } from '../latency/glassToGlass.js';
import type { PictureQualityReport } from '../quality/pictureQuality.js';
import type { CallSession } from './callSession.js';
import type { LocalMedia } from './localMedia.js';
import type { AudioSync } from './receivedAudio.js';
import type { StageSummaries } from './receivedVideo.js';

export interface ProducerReport {
  readonly producerId: string;
  readonly source: 'camera' | 'screen';
  readonly codec: 'inn' | 'vp8';
  /** Place among the layers of the source, 0 = smallest; `undefined` for VP8. */
  readonly layer: number | undefined;
  /** Somebody receives it; an INN layer that nobody does is not coded. */
  readonly wanted: boolean;
  /** `undefined` for VP8. */
  readonly stats: EncodeStats | undefined;
}

export interface ConsumerReport {
  /** The consumer that the video began with; it stays while layers change. */
  readonly consumerId: string;
  /** Of the layer that is shown. */
  readonly producerId: string;
  readonly peerId: string;
  readonly source: 'camera' | 'screen';
  readonly codec: 'inn' | 'vp8';
  /** The layer that is shown, 0 = smallest; `undefined` where the source has none. */
  readonly layer: number | undefined;
  /** Changes of the shown layer so far, and the longest pause that one made, ms. */
  readonly layerSwitches: number;
  readonly longestSwitchGapMs: number;
  readonly paused: boolean;
  /** How the peer's sound and camera come together. */
  readonly sync: AudioSync | undefined;
  /** abs-capture-time against our own capture stamps (INN). */
  readonly captureCheck: CaptureCheckReport | undefined;
  /** What arrives, repairs included, bit/s. */
  readonly bitrate: number | undefined;
  /** Frames that the compositor took. */
  readonly framesPresented: number;
  /** Whether the picture on the screen is the captured one, sample for sample (INN). */
  readonly exact: boolean;
  /** `undefined` for VP8. */
  readonly stats: DecodeStats | undefined;
  readonly stages: StageSummaries;
  /** In test mode (`?timecode=1`): latency by the time drawn into the picture. */
  readonly glassToGlass: GlassToGlassReport | undefined;
  /** In test mode on both sides: shown pictures against captured ones. */
  readonly pictureQuality: PictureQualityReport | undefined;
}

/** Every number of a call at one moment. */
export interface CallStats {
  /** Room time, ms. */
  readonly at: number;
  readonly clock: ClockEstimate | undefined;
  readonly network: NetworkReading | undefined;
  /** The server's estimate of what this client can receive, bit/s. */
  readonly downlinkEstimate: number | undefined;
  readonly producers: readonly ProducerReport[];
  readonly consumers: readonly ConsumerReport[];
}

export function collectStats(session: CallSession, local: LocalMedia, at: number): CallStats {
  const producers = [local.camera, local.screen].flatMap(({ source, layers, vp8 }) => [
    ...layers.map(({ producer, codec, layer, wanted, stats }): ProducerReport => ({
      producerId: producer.id,
      ...{ source, codec, layer, wanted, stats },
    })),
    ...(vp8 === undefined ? [] : [vp8]).map(({ producer, codec, wanted }): ProducerReport => ({
      producerId: producer.id,
      ...{ source, codec, layer: undefined, wanted, stats: undefined },
    })),
  ]);
  const consumers = [...session.remote.videos].map(([consumerId, video]): ConsumerReport => {
    const { appData, peerId, producerId } = video.receiver.offer;
    return {
      consumerId,
      producerId,
      peerId,
      source: appData.source === 'screen' ? 'screen' : 'camera',
      codec: appData.codec === 'inn' ? 'inn' : 'vp8',
      layer: 'layer' in appData ? appData.layer : undefined,
      layerSwitches: video.layerSwitches,
      longestSwitchGapMs: video.longestSwitchGapMs,
      paused: session.remote.pauseReason(consumerId) !== undefined,
      sync: [...session.remote.audios.values()].find(
        ({ receiver }) => receiver.offer.peerId === peerId && appData.source === 'camera',
      )?.sync,
      captureCheck: video.captureCheck,
      bitrate: video.bitrate,
      framesPresented: video.framesPresented,
      exact: video.exact,
      stats: video.stats,
      stages: video.stages,
      glassToGlass: video.glassToGlass,
      pictureQuality: video.pictureQuality,
    };
  });
  return {
    at,
    clock: session.clock,
    network: session.network,
    downlinkEstimate: session.downlinkEstimate,
    producers,
    consumers,
  };
}
