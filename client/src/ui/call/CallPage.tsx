import { Badge, Button, Group, Text, Tooltip } from '@mantine/core';
import { useClipboard, useHotkeys } from '@mantine/hooks';
import { IconCheck, IconLink, IconUsers, IconWifiOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { useActions } from '../../state/actions.js';
import { useApp } from '../../state/appStore.js';
import { Brand } from '../shared/Brand.js';
import styles from './CallPage.module.css';
import { ControlBar, type Panel } from './ControlBar.js';
import { SidePanel } from './SidePanel.js';
import { TileArea, type LayoutMode } from './TileArea.js';

export function CallPage() {
  const call = useApp((state) => state.call);
  return call === undefined ? null : <Call call={call} />;
}

function Call({ call }: { readonly call: CallSnapshot }) {
  const actions = useActions();
  const [panel, setPanel] = useState<Panel>();
  const [layout, setLayout] = useState<LayoutMode>('grid');
  const [chatSeen, setChatSeen] = useState(call.chat.length);
  const { local } = call;
  const seen = panel === 'chat' ? call.chat.length : chatSeen;
  const toggle = (wanted: Panel) => {
    setChatSeen(call.chat.length);
    setPanel((open) => (open === wanted ? undefined : wanted));
  };
  const toggleLayout = () => setLayout((mode) => (mode === 'grid' ? 'stage' : 'grid'));
  useHotkeys([
    ['m', () => actions.setMicOn(!local.micOn)],
    ['v', () => actions.setCameraOn(local.camera === undefined)],
    ['s', () => actions.setScreenOn(local.screen === undefined)],
    ['h', () => actions.raiseHand(!local.handRaised)],
    ['c', () => toggle('chat')],
    ['p', () => toggle('people')],
    ['i', () => toggle('stats')],
    ['l', toggleLayout],
  ]);
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
          <TileArea call={call} layout={layout} onLayout={setLayout} />
          {call.peers.length === 0 && <Invitation />}
        </main>
        {panel && <SidePanel panel={panel} call={call} onClose={() => setPanel(undefined)} />}
      </div>
      <ControlBar
        call={call}
        panel={panel}
        layout={layout}
        unread={call.chat.length - seen}
        onPanel={toggle}
        onLayout={toggleLayout}
      />
    </div>
  );
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
      <Text fw={600}>You are the first here.</Text>
      <Text size="sm" c="dimmed">
        Send the link to whom you want to meet.
      </Text>
    </div>
  );
}
