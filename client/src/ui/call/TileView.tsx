import type { CallSnapshot, RemotePeer, RemoteVideo } from '../../room/callSnapshot.js';
import { ComparisonCaption } from './ComparisonCaption.js';
import { RemoteVideoView } from './RemoteVideoView.js';
import type { Tile } from './tiles.js';
import { TileFrame } from './TileFrame.js';
import { useVideo } from '../shared/useMediaElement.js';
import styles from './TileFrame.module.css';

interface TileViewProps {
  readonly tile: Tile;
  readonly call: CallSnapshot;
  readonly label: string;
  readonly pinned: boolean;
  readonly onPin: () => void;
}

export function TileView({ tile, call, label, pinned, onPin }: TileViewProps) {
  const frame = { name: label, pinned, onPin };
  switch (tile.kind) {
    case 'self':
      return <SelfTile call={call} {...frame} />;
    case 'own-screen':
      return <OwnScreenTile call={call} {...frame} />;
    case 'screen':
      return (
        <TileFrame
          video={tile.video}
          note={standstillNote(tile.peer.displayName, tile.video)}
          {...frame}
        >
          <RemoteVideoView video={tile.video} contain />
        </TileFrame>
      );
    case 'compared':
      return (
        <TileFrame
          video={tile.video}
          vp8Reason="The same camera, sent to compare."
          caption={<ComparisonCaption consumerId={tile.video.consumerId} />}
          {...frame}
        >
          <RemoteVideoView video={tile.video} />
        </TileFrame>
      );
    case 'peer':
      return (
        <PeerTile peer={tile.peer} speaking={call.activeSpeaker === tile.peer.id} {...frame} />
      );
  }
}

interface FrameProps {
  readonly name: string;
  readonly pinned: boolean;
  readonly onPin: () => void;
}

function PeerTile({
  peer,
  speaking,
  ...frame
}: FrameProps & { peer: RemotePeer; speaking: boolean }) {
  const video = visible(peer.camera, peer.cameraOff);
  return (
    <TileFrame
      micMuted={peer.micMuted}
      handRaised={peer.handRaised}
      speaking={speaking}
      video={video}
      vp8Reason={peer.vp8Reason}
      quality={peer.quality}
      caption={video && peer.compared && <ComparisonCaption consumerId={video.consumerId} />}
      note={noteFor(peer)}
      {...frame}
    >
      {video && <RemoteVideoView video={video} />}
    </TileFrame>
  );
}

function visible(video: RemoteVideo | undefined, off: boolean): RemoteVideo | undefined {
  return off || video?.paused === 'producer' ? undefined : video;
}

function noteFor(peer: RemotePeer): string | undefined {
  if (peer.connection === 'reconnecting') return 'Reconnecting…';
  return standstillNote(peer.displayName, peer.camera);
}

function standstillNote(name: string, video: RemoteVideo | undefined): string | undefined {
  if (video?.paused === 'bandwidth') return 'Video paused: your link is too slow for it';
  if (video?.paused === 'uplink') return `Video paused: the link of ${name} carries only sound`;
  return undefined;
}

function SelfTile({ call, ...frame }: FrameProps & { call: CallSnapshot }) {
  const { local } = call;
  const video = useVideo(local.camera?.track);
  return (
    <TileFrame
      quality={local.quality}
      avatarName={local.displayName}
      micMuted={!local.micOn}
      handRaised={local.handRaised}
      speaking={local.peerId !== undefined && call.activeSpeaker === local.peerId}
      note={local.videoPaused ? 'Your link carries only sound: video is paused' : undefined}
      vp8Reason={local.vp8Reason && `You send VP8: ${local.vp8Reason}.`}
      {...frame}
    >
      {local.camera && <video ref={video} className={styles.mirrored} autoPlay muted playsInline />}
    </TileFrame>
  );
}

function OwnScreenTile({ call, ...frame }: FrameProps & { call: CallSnapshot }) {
  const video = useVideo(call.local.screen?.track);
  return (
    <TileFrame {...frame}>
      <video ref={video} className={styles.contained} autoPlay muted playsInline />
    </TileFrame>
  );
}
