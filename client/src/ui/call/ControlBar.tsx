import { ActionIcon, Indicator, Menu, Tooltip } from '@mantine/core';
import {
  IconChartHistogram,
  IconDots,
  IconHandStop,
  IconKeyboard,
  IconLayoutGrid,
  IconLayoutSidebarRight,
  IconMaximize,
  IconMessage,
  IconMicrophone,
  IconMicrophoneOff,
  IconMinimize,
  IconPhoneOff,
  IconPictureInPicture,
  IconScreenShare,
  IconScreenShareOff,
  IconSettings,
  IconUsers,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { useActions } from '../../state/actions.js';
import styles from './ControlBar.module.css';
import type { LayoutMode } from './TileArea.js';
import type { FloatingVideo } from './useFloatingVideo.js';

export type Panel = 'chat' | 'people' | 'stats' | 'settings';

interface ControlBarProps {
  readonly call: CallSnapshot;
  readonly panel: Panel | undefined;
  readonly layout: LayoutMode;
  readonly unread: number;
  readonly floating: FloatingVideo;
  readonly fullscreen: Fullscreen;
  readonly onPanel: (panel: Panel) => void;
  readonly onLayout: () => void;
  readonly onHelp: () => void;
}

export interface Fullscreen {
  readonly active: boolean;
  readonly toggle: () => void;
}

export function ControlBar(props: ControlBarProps) {
  const { call, panel, unread, onPanel } = props;
  const actions = useActions();
  const { local } = call;
  const cameraOn = local.camera !== undefined;
  const screenOn = local.screen !== undefined;
  return (
    <nav className={styles.bar} aria-label="Call controls">
      <div className={styles.group}>
        <BarButton
          label={local.micOn ? 'Mute (M)' : 'Unmute (M)'}
          tone={local.micOn ? 'plain' : 'off'}
          onClick={() => actions.setMicOn(!local.micOn)}
        >
          {local.micOn ? <IconMicrophone /> : <IconMicrophoneOff />}
        </BarButton>
        <BarButton
          label={cameraOn ? 'Camera off (V)' : 'Camera on (V)'}
          tone={cameraOn ? 'plain' : 'off'}
          onClick={() => actions.setCameraOn(!cameraOn)}
        >
          {cameraOn ? <IconVideo /> : <IconVideoOff />}
        </BarButton>
        {canShareScreen() && (
          <BarButton
            label={screenOn ? 'Stop sharing (S)' : 'Share your screen (S)'}
            tone={screenOn ? 'active' : 'plain'}
            className={styles.wide}
            onClick={() => actions.setScreenOn(!screenOn)}
          >
            {screenOn ? <IconScreenShareOff /> : <IconScreenShare />}
          </BarButton>
        )}
        <BarButton
          label={local.handRaised ? 'Lower your hand (H)' : 'Raise your hand (H)'}
          tone={local.handRaised ? 'active' : 'plain'}
          className={styles.wide}
          onClick={() => actions.raiseHand(!local.handRaised)}
        >
          <IconHandStop />
        </BarButton>
        <BarButton label="Leave the call" tone="leave" onClick={() => actions.leave()}>
          <IconPhoneOff />
        </BarButton>
      </div>
      <div className={styles.group}>
        <BarButton
          label="Chat (C)"
          tone={panel === 'chat' ? 'active' : 'plain'}
          onClick={() => onPanel('chat')}
        >
          <Indicator
            disabled={unread <= 0}
            label={unread}
            size={18}
            offset={-4}
            color="saffron"
            autoContrast
          >
            <IconMessage style={{ display: 'block' }} />
          </Indicator>
        </BarButton>
        <BarButton
          label="People (P)"
          tone={panel === 'people' ? 'active' : 'plain'}
          className={styles.wide}
          onClick={() => onPanel('people')}
        >
          <IconUsers />
        </BarButton>
        <BarButton
          label="Latency and statistics (I)"
          tone={panel === 'stats' ? 'active' : 'plain'}
          className={styles.wide}
          onClick={() => onPanel('stats')}
        >
          <IconChartHistogram />
        </BarButton>
        <MoreMenu {...props} />
      </div>
    </nav>
  );
}

function MoreMenu(props: ControlBarProps) {
  const { call, layout, floating, fullscreen, onPanel, onLayout, onHelp } = props;
  const actions = useActions();
  const { local } = call;
  return (
    <Menu
      position="top-end"
      width={260}
      radius="md"
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <ActionIcon
          className={styles.button ?? ''}
          data-tone="plain"
          size={48}
          radius="xl"
          aria-label="More"
        >
          <IconDots />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={
            layout === 'grid' ? <IconLayoutSidebarRight size={18} /> : <IconLayoutGrid size={18} />
          }
          onClick={onLayout}
        >
          {layout === 'grid' ? 'One large picture (L)' : 'All the same size (L)'}
        </Menu.Item>
        <Menu.Item
          leftSection={fullscreen.active ? <IconMinimize size={18} /> : <IconMaximize size={18} />}
          onClick={() => fullscreen.toggle()}
        >
          {fullscreen.active ? 'Leave full screen (F)' : 'Full screen (F)'}
        </Menu.Item>
        {floating.supported && (
          <Menu.Item
            leftSection={<IconPictureInPicture size={18} />}
            onClick={() => floating.toggle()}
          >
            {floating.active ? 'Close the small window (B)' : 'Small window (B)'}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconSettings size={18} />} onClick={() => onPanel('settings')}>
          Devices and quality (D)
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={18} />} onClick={() => onHelp()}>
          Keyboard shortcuts (?)
        </Menu.Item>
        {canShareScreen() && (
          <Menu.Item
            className={styles.narrow ?? ''}
            leftSection={<IconScreenShare size={18} />}
            onClick={() => actions.setScreenOn(local.screen === undefined)}
          >
            {local.screen ? 'Stop sharing' : 'Share your screen'}
          </Menu.Item>
        )}
        <Menu.Item
          className={styles.narrow ?? ''}
          leftSection={<IconHandStop size={18} />}
          onClick={() => actions.raiseHand(!local.handRaised)}
        >
          {local.handRaised ? 'Lower your hand' : 'Raise your hand'}
        </Menu.Item>
        <Menu.Item
          className={styles.narrow ?? ''}
          leftSection={<IconUsers size={18} />}
          onClick={() => onPanel('people')}
        >
          People
        </Menu.Item>
        <Menu.Item
          className={styles.narrow ?? ''}
          leftSection={<IconChartHistogram size={18} />}
          onClick={() => onPanel('stats')}
        >
          Latency and statistics
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface BarButtonProps {
  readonly label: string;
  readonly tone: 'plain' | 'off' | 'active' | 'leave';
  readonly className?: string | undefined;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function BarButton({ label, tone, className, onClick, children }: BarButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        className={[styles.button, className].filter(Boolean).join(' ')}
        data-tone={tone}
        size={48}
        radius="xl"
        aria-label={label.replace(/ \([A-Z]\)$/, '')}
        aria-pressed={tone === 'active'}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Phones' browsers have no such thing. */
function canShareScreen(): boolean {
  return 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;
}
