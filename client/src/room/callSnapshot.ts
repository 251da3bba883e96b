import type { ChatMessage, PauseReason, PeerInfo } from '@inncall/sfu/protocol';
import type { ClientError } from '../errors.js';
import type { ConnectionQuality } from './connectionQuality.js';

export type CallPhase = 'joining' | 'in-call' | 'reconnecting' | 'left' | 'failed';

/** One received video. */
export interface RemoteVideo {
  /** The consumer that it began with; it stays while layers change. */
  readonly consumerId: string;
  readonly source: 'camera' | 'screen';
  readonly codec: 'inn' | 'vp8';
  readonly stream: MediaStream;
  /** Why it stands still; `undefined` while it flows. */
  readonly paused: PauseReason | undefined;
  /** What is shown is what was captured, sample for sample. */
  readonly exact: boolean;
}

export interface RemotePeer extends Omit<PeerInfo, 'producers' | 'decodes'> {
  readonly camera: RemoteVideo | undefined;
  readonly screen: RemoteVideo | undefined;
  /** The camera as VP8, where it comes as INN too to be compared. */
  readonly compared: RemoteVideo | undefined;
  /** Why this peer's video is VP8; `undefined` for INN. */
  readonly vp8Reason: string | undefined;
  readonly quality: ConnectionQuality;
}

export interface LocalVideo {
  readonly track: MediaStreamTrack;
  /** What is sent. */
  readonly codecs: readonly ('inn' | 'vp8')[];
}

export interface LocalPeer {
  readonly peerId: string | undefined;
  readonly displayName: string;
  readonly micOn: boolean;
  readonly handRaised: boolean;
  readonly camera: LocalVideo | undefined;
  readonly screen: LocalVideo | undefined;
  /** How well own sound and picture leave. */
  readonly quality: ConnectionQuality;
  /** The link carries sound only at present. */
  readonly videoPaused: boolean;
  /** Why own video is not sent as INN; `undefined` where it is. */
  readonly vp8Reason: string | undefined;
}

/** All that the interface shows of a call; a new object after every change. */
export interface CallSnapshot {
  readonly phase: CallPhase;
  readonly room: string;
  readonly local: LocalPeer;
  readonly peers: readonly RemotePeer[];
  readonly activeSpeaker: string | undefined;
  readonly chat: readonly ChatMessage[];
  /** Machine time at which the call was joined, ms. */
  readonly joinedAt: number | undefined;
  /** What ended or troubles the call. */
  readonly error: ClientError | undefined;
}
