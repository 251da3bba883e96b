import { ActionIcon, Loader, Text, Tooltip } from '@mantine/core';
import { IconMicrophone, IconMicrophoneOff, IconVideo, IconVideoOff } from '@tabler/icons-react';
import { useActions } from '../../state/actions.js';
import { useApp } from '../../state/appStore.js';
import { usePreferences } from '../../state/preferencesStore.js';
import { Avatar } from '../shared/Avatar.js';
import { useVideo } from '../shared/useMediaElement.js';
import styles from './CameraPreview.module.css';
import { MicLevel } from './MicLevel.js';

export function CameraPreview() {
  const actions = useActions();
  const media = useApp((state) => state.media);
  const displayName = usePreferences((state) => state.displayName);
  const video = useVideo(media.camera);
  const cameraOn = media.camera !== undefined;
  return (
    <section className={styles.preview} aria-label="Preview of your camera">
      <video ref={video} className={styles.video} autoPlay muted playsInline data-on={cameraOn} />
      {!cameraOn && (
        <div className={styles.empty}>
          {media.opening ? <Loader color="gray" /> : <Avatar name={displayName} size={112} />}
          <Text c="dimmed">
            {media.opening
              ? 'Opening your devices…'
              : (media.cameraError?.message ?? 'Your camera is off.')}
          </Text>
        </div>
      )}
      <div className={styles.controls}>
        <MicLevel track={media.micOn ? media.mic : undefined} />
        <PreviewButton
          on={media.micOn}
          labelOn="Mute the microphone"
          labelOff="Switch the microphone on"
          iconOn={<IconMicrophone size={22} />}
          iconOff={<IconMicrophoneOff size={22} />}
          onClick={() => actions.setMicOn(!media.micOn)}
        />
        <PreviewButton
          on={cameraOn}
          labelOn="Switch the camera off"
          labelOff="Switch the camera on"
          iconOn={<IconVideo size={22} />}
          iconOff={<IconVideoOff size={22} />}
          onClick={() => actions.setCameraOn(!cameraOn)}
        />
      </div>
    </section>
  );
}

interface PreviewButtonProps {
  readonly on: boolean;
  readonly labelOn: string;
  readonly labelOff: string;
  readonly iconOn: React.ReactNode;
  readonly iconOff: React.ReactNode;
  readonly onClick: () => void;
}

function PreviewButton({ on, labelOn, labelOff, iconOn, iconOff, onClick }: PreviewButtonProps) {
  const label = on ? labelOn : labelOff;
  return (
    <Tooltip label={label}>
      <ActionIcon
        className={styles.button ?? ''}
        data-on={on}
        size={52}
        radius="xl"
        aria-label={label}
        onClick={onClick}
      >
        {on ? iconOn : iconOff}
      </ActionIcon>
    </Tooltip>
  );
}
