import { CloseButton, Title } from '@mantine/core';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { DeviceFields } from '../join/DeviceSettings.js';
import { ChatPanel } from './ChatPanel.js';
import type { Panel } from './ControlBar.js';
import { PeoplePanel } from './PeoplePanel.js';
import styles from './SidePanel.module.css';
import { StatsPanel } from './StatsPanel.js';

const TITLES: Readonly<Record<Panel, string>> = {
  chat: 'Chat',
  people: 'People',
  stats: 'Latency and statistics',
  settings: 'Devices and quality',
};

interface SidePanelProps {
  readonly panel: Panel;
  readonly call: CallSnapshot;
  readonly onClose: () => void;
}

export function SidePanel({ panel, call, onClose }: SidePanelProps) {
  return (
    <aside className={styles.panel} aria-label={TITLES[panel]}>
      <header className={styles.header}>
        <Title order={2} fz="lg">
          {TITLES[panel]}
        </Title>
        <CloseButton aria-label="Close the panel" onClick={onClose} />
      </header>
      <div className={styles.body}>
        {panel === 'chat' && <ChatPanel call={call} />}
        {panel === 'people' && <PeoplePanel call={call} />}
        {panel === 'stats' && <StatsPanel call={call} />}
        {panel === 'settings' && <DeviceFields />}
      </div>
    </aside>
  );
}
