import { useEffect, useRef, type RefObject } from 'react';

/** A video element that plays this stream or track. */
export function useVideo(
  media: MediaStream | MediaStreamTrack | undefined,
): RefObject<HTMLVideoElement | null> {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    element.srcObject =
      media instanceof MediaStreamTrack ? new MediaStream([media]) : (media ?? null);
    return () => {
      element.srcObject = null;
    };
  }, [media]);
  return ref;
}
