import { useEffect, useState } from 'react';
import { ClientError } from '../../errors.js';
import { notify } from '../../state/notices.js';
import { usePictureInPictureStore } from '../../state/pictureInPicture.js';
import type { TileMedia } from './tiles.js';

export interface FloatingVideo {
  readonly supported: boolean;
  readonly active: boolean;
  readonly toggle: () => void;
}

/**
 * Picture-in-picture of the featured video: a small window over other programs
 * that follows the stage. It has an element of its own, since tiles come and go.
 */
export function useFloatingVideo(featured: TileMedia | undefined): FloatingVideo {
  const [element, setElement] = useState<HTMLVideoElement>();
  const media = featured?.media;
  useEffect(() => {
    // Without another picture the last one stays.
    if (element !== undefined && media !== undefined) element.srcObject = toStream(media);
  }, [element, media]);
  useEffect(() => {
    usePictureInPictureStore.setState({
      consumerId: element === undefined ? undefined : featured?.consumerId,
    });
  }, [element, featured?.consumerId]);
  useEffect(() => {
    if (element === undefined) return;
    return () => {
      if (document.pictureInPictureElement === element) void document.exitPictureInPicture();
      element.srcObject = null;
      usePictureInPictureStore.setState({ consumerId: undefined });
    };
  }, [element]);

  const start = async () => {
    if (media === undefined) {
      notify('Nobody’s camera is on: there is nothing to show in the small window.');
      return;
    }
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = toStream(media);
    video.addEventListener('leavepictureinpicture', () => setElement(undefined));
    await video.play();
    await video.requestPictureInPicture();
    setElement(video);
  };
  return {
    supported: document.pictureInPictureEnabled,
    active: element !== undefined,
    toggle: () => {
      const change = element === undefined ? start() : document.exitPictureInPicture();
      change.catch((cause: unknown) =>
        notify(
          ClientError.from(
            cause,
            'unsupported-browser',
            'The browser opens no small window now. Click the page, then try again.',
          ),
        ),
      );
    },
  };
}

function toStream(media: MediaStream | MediaStreamTrack): MediaStream {
  return media instanceof MediaStream ? media : new MediaStream([media]);
}
