import { useEffect } from 'react';
import type { RemoteVideo } from '../../room/callSnapshot.js';
import { useActions } from '../../state/actions.js';
import { useVideo } from '../shared/useMediaElement.js';
import styles from './TileFrame.module.css';

const SETTLE_MS = 300;

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
  useEffect(() => {
    const element = ref.current;
    return element === null ? undefined : actions.watchVideo(consumerId, element);
  }, [actions, consumerId, ref]);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      const hidden = document.visibilityState === 'hidden';
      const side = (length: number) => Math.min(8192, Math.round(length * devicePixelRatio));
      actions.setVideoPreferences(
        consumerId,
        { width: side(element.clientWidth), height: side(element.clientHeight) },
        hidden,
      );
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, SETTLE_MS);
    };
    const observer = new ResizeObserver(later);
    observer.observe(element);
    document.addEventListener('visibilitychange', later);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('visibilitychange', later);
    };
  }, [actions, consumerId, ref]);
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
