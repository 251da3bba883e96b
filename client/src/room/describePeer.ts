import type { PeerInfo } from '@inncall/sfu/protocol';
import type { InnSupport } from '../transport/innSupport.js';
import type { RemotePeer, RemoteVideo } from './callSnapshot.js';
import {
  judgeReception,
  RECONNECTING,
  SENDER_TOO_SLOW,
  TOO_SLOW,
  type ConnectionQuality,
} from './connectionQuality.js';
import type { ReceivedVideo } from './receivedVideo.js';
import type { RemoteMedia } from './remoteMedia.js';

/** A peer of the roster together with what is received of it. */
export function describePeer(peer: PeerInfo, remote: RemoteMedia, support: InnSupport): RemotePeer {
  const { producers: _producers, decodes: _decodes, ...info } = peer;
  const videos = [...remote.videos.values()].filter(
    ({ receiver }) => receiver.offer.peerId === peer.id,
  );
  const received = videos.map(({ id, receiver: { offer, stream }, exact }): RemoteVideo => ({
    consumerId: id,
    source: offer.appData.source === 'screen' ? 'screen' : 'camera',
    codec: offer.appData.codec === 'inn' ? 'inn' : 'vp8',
    stream,
    paused: remote.pauseReason(id),
    exact,
  }));
  const find = (source: 'camera' | 'screen', codec: 'inn' | 'vp8') =>
    received.findLast((video) => video.source === source && video.codec === codec);
  const inn = find('camera', 'inn');
  const vp8 = find('camera', 'vp8');
  return {
    ...info,
    camera: inn ?? vp8,
    screen: find('screen', 'inn') ?? find('screen', 'vp8'),
    compared: inn && vp8,
    vp8Reason: inn === undefined && vp8 !== undefined ? vp8Reason(peer, support) : undefined,
    quality: qualityOf(peer, videos[0], remote),
  };
}

function qualityOf(
  peer: PeerInfo,
  video: ReceivedVideo | undefined,
  remote: RemoteMedia,
): ConnectionQuality {
  if (peer.connection === 'reconnecting') return RECONNECTING;
  if (video === undefined) return judgeReception(undefined);
  const paused = remote.pauseReason(video.id);
  if (paused === 'bandwidth') return TOO_SLOW;
  return paused === 'uplink' ? SENDER_TOO_SLOW : video.quality;
}

function vp8Reason(peer: PeerInfo, support: InnSupport): string {
  if (!support.supported) return `Shown as VP8: ${support.reason}.`;
  return peer.decodes.includes('inn')
    ? `${peer.displayName} sends VP8: their INN encoder is not running.`
    : `${peer.displayName} sends VP8: their browser cannot use INN, or they chose VP8.`;
}
