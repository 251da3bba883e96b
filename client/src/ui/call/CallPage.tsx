import { Badge, Button, Group, Text, Tooltip } from '@mantine/core';
import { useClipboard, useFullscreenDocument, useHotkeys } from '@mantine/hooks';
import { IconCheck, IconLink, IconUsers, IconWifiOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { useActions } from '../../state/actions.js';
import { useApp } from '../../state/appStore.js';
import { notify } from '../../state/notices.js';
import { Brand } from '../shared/Brand.js';
import styles from './CallPage.module.css';
import { ControlBar, type Panel } from './ControlBar.js';
import { HelpDialog } from './HelpDialog.js';
import { toHotkeys } from './shortcuts.js';
import { SidePanel } from './SidePanel.js';
import { TileArea, type LayoutMode } from './TileArea.js';
import { featuredMedia, type Pin } from './tiles.js';
import { useFloatingVideo } from './useFloatingVideo.js';

export function CallPage() {
  const call = useApp((state) => state.call);
  return call === undefined ? null : <Call call={call} />;
}

function Call({ call }: { readonly call: CallSnapshot }) {
  const actions = useActions();
  const [panel, setPanel] = useState<Panel>();
  const [layout, setLayout] = useState<LayoutMode>('grid');
  const [pin, setPin] = useState<Pin>();
  const [help, setHelp] = useState(false);
  const [chatSeen, setChatSeen] = useState(call.chat.length);
  const { local } = call;
  const seen = panel === 'chat' ? call.chat.length : chatSeen;
  const toggle = (wanted: Panel) => {
    setChatSeen(call.chat.length);
    setPanel((open) => (open === wanted ? undefined : wanted));
  };
  const toggleLayout = () => setLayout((mode) => (mode === 'grid' ? 'stage' : 'grid'));
  const onPin = (wanted: Pin | undefined) => {
    setPin(wanted);
    setLayout(wanted === undefined ? 'grid' : 'stage');
  };
  const { fullscreen, toggle: toggleFullscreen } = useFullscreenDocument();
  const floating = useFloatingVideo(featuredMedia(call, pin));
  useChatNotices(call, panel === 'chat');
  useHotkeys([['Escape', () => setPanel(undefined)]]);
  useHotkeys(
    toHotkeys({
      mute: () => actions.setMicOn(!local.micOn),
      camera: () => actions.setCameraOn(local.camera === undefined),
      screen: () => actions.setScreenOn(local.screen === undefined),
      hand: () => actions.raiseHand(!local.handRaised),
      chat: () => toggle('chat'),
      people: () => toggle('people'),
      stats: () => toggle('stats'),
      settings: () => toggle('settings'),
      layout: toggleLayout,
      fullscreen: () => void toggleFullscreen(),
      pictureInPicture: () => floating.toggle(),
      help: () => setHelp(true),
    }),
  );
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Group gap="md" wrap="nowrap" miw={0}>
          <div className={styles.brand}>
            <Brand />
          </div>
          <Text component="h1" fz="md" fw={600} m={0} truncate>
            {call.room}
          </Text>
          <Badge
            variant="light"
            color="gray"
            leftSection={<IconUsers size={14} />}
            aria-label={`${String(call.peers.length + 1)} people in the room`}
          >
            {call.peers.length + 1}
          </Badge>
        </Group>
        <CopyLinkButton />
      </header>
      {call.phase === 'reconnecting' && (
        <div className={styles.banner} role="alert">
          <IconWifiOff size={18} />
          The connection was lost. Reconnecting…
        </div>
      )}
      {call.error && (
        <div className={styles.banner} role="alert">
          {call.error.message}
        </div>
      )}
      <div className={styles.middle}>
        <main className={styles.stage} aria-label="Participants">
          <TileArea call={call} layout={layout} pin={pin} onPin={onPin} />
          {call.peers.length === 0 && <Invitation />}
        </main>
        {panel && <SidePanel panel={panel} call={call} onClose={() => setPanel(undefined)} />}
      </div>
      <ControlBar
        call={call}
        panel={panel}
        layout={layout}
        unread={call.chat.length - seen}
        floating={floating}
        fullscreen={{ active: fullscreen, toggle: () => void toggleFullscreen() }}
        onPanel={toggle}
        onLayout={toggleLayout}
        onHelp={() => setHelp(true)}
      />
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}

/** Tells of messages that nobody sees because the chat is closed. */
function useChatNotices({ chat, local }: CallSnapshot, open: boolean): void {
  const newest = chat.at(-1);
  const told = useRef(newest?.id);
  useEffect(() => {
    if (newest === undefined || told.current === newest.id) return;
    told.current = newest.id;
    if (open || newest.peerId === local.peerId) return;
    notify(`${newest.displayName}: ${newest.text}`);
  }, [newest, open, local.peerId]);
}

function CopyLinkButton() {
  const clipboard = useClipboard({ timeout: 2000 });
  return (
    <Tooltip label="Copy the link to this room">
      <Button
        variant="default"
        size="sm"
        radius="xl"
        leftSection={clipboard.copied ? <IconCheck size={16} /> : <IconLink size={16} />}
        onClick={() => clipboard.copy(inviteLink())}
      >
        {clipboard.copied ? 'Copied' : 'Copy link'}
      </Button>
    </Tooltip>
  );
}

/** The room without this person's test options. */
function inviteLink(): string {
  const link = new URL(window.location.href);
  const room = link.searchParams.get('room') ?? '';
  link.search = new URLSearchParams({ room }).toString();
  return link.href;
}

function Invitation() {
  return (
    <div className={styles.invitation} role="status">
      <Text fw={600}>Nobody else is here.</Text>
      <Text size="sm" c="dimmed">
        Send the link to whom you want to meet.
      </Text>
    </div>
  );
}
