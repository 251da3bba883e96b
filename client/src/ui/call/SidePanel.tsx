import { CloseButton, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
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

const MENU_CLOSED_MS = 100;

interface SidePanelProps {
  readonly panel: Panel;
  readonly call: CallSnapshot;
  readonly onClose: () => void;
}

export function SidePanel({ panel, call, onClose }: SidePanelProps) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const element = ref.current;
    const focus = () => {
      if (element?.contains(document.activeElement) === true) return;
      (element?.querySelector<HTMLElement>('[data-autofocus]') ?? element)?.focus();
    };
    focus();
    // A menu from which the panel was opened takes the focus back as it closes.
    const timer = setTimeout(focus, MENU_CLOSED_MS);
    return () => {
      clearTimeout(timer);
      if (before instanceof HTMLElement) before.focus();
    };
  }, [panel]);
  return (
    <aside
      ref={ref}
      className={styles.panel}
      aria-label={TITLES[panel]}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
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
