import { useEffect } from 'react';
import type { RemoteVideo } from '../../room/callSnapshot.js';
import { watchTile } from '../../room/tileWatch.js';
import { useActions } from '../../state/actions.js';
import { usePictureInPictureStore } from '../../state/pictureInPicture.js';
import { useVideo } from '../shared/useMediaElement.js';
import styles from './TileFrame.module.css';

interface RemoteVideoViewProps {
  readonly video: RemoteVideo;
  /** Show the whole picture instead of filling the tile. */
  readonly contain?: boolean;
}

/** A received video; tells the session what is shown and how large. */
export function RemoteVideoView({ video, contain = false }: RemoteVideoViewProps) {
  const actions = useActions();
  const { consumerId, stream } = video;
  const ref = useVideo(stream);
  const floating = usePictureInPictureStore((state) => state.consumerId === consumerId);
  useEffect(() => {
    const element = ref.current;
    return element === null ? undefined : actions.watchVideo(consumerId, element);
  }, [actions, consumerId, ref]);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    return watchTile(element, ({ hidden, ...size }) =>
      // Nobody sees it: the server sends nothing, so there is nothing to decode.
      actions.setVideoPreferences(consumerId, size, hidden && !floating),
    );
  }, [actions, consumerId, floating, ref]);
  return (
    <video
      ref={ref}
      className={contain ? styles.contained : undefined}
      data-consumer={consumerId}
      autoPlay
      muted
      playsInline
    />
  );
}
