import { Button, Loader, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconCpu,
  IconMicrophone,
  IconPlugConnected,
  IconRefresh,
  IconVideo,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { summarize, type Verdict } from '../../selfCheck/verdicts.js';
import { useActions } from '../../state/actions.js';
import { useApp } from '../../state/appStore.js';
import styles from './SelfCheckCard.module.css';

/** What works on this device, in plain words, and what to do where something does not. */
export function SelfCheckCard() {
  const actions = useActions();
  const { camera, microphone, connection, encoder } = useApp((state) => state.selfCheck);
  return (
    <section className={styles.card} aria-label="Self-check">
      <header className={styles.header}>
        <Title order={2} fz="md" aria-live="polite">
          {summarize([camera, microphone, connection, encoder])}
        </Title>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<IconRefresh size={16} />}
          onClick={() => actions.checkAgain()}
        >
          Check again
        </Button>
      </header>
      <ul className={styles.list}>
        <Check icon={<IconVideo size={18} />} label="Camera" verdict={camera} />
        <Check icon={<IconMicrophone size={18} />} label="Microphone" verdict={microphone} />
        <Check icon={<IconPlugConnected size={18} />} label="Connection" verdict={connection} />
        <Check icon={<IconCpu size={18} />} label="Encoder" verdict={encoder} />
      </ul>
    </section>
  );
}

interface CheckProps {
  readonly icon: ReactNode;
  readonly label: string;
  readonly verdict: Verdict;
}

function Check({ icon, label, verdict }: CheckProps) {
  return (
    <li className={styles.check} data-check={label} data-level={verdict.level}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <div className={styles.words}>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Text size="sm" c="dimmed">
          {verdict.text}
          {verdict.advice !== undefined && ` ${verdict.advice}`}
        </Text>
      </div>
      <Mark level={verdict.level} />
    </li>
  );
}

function Mark({ level }: { readonly level: Verdict['level'] }) {
  switch (level) {
    case 'checking':
      return <Loader size={18} color="gray" aria-label="checking" />;
    case 'good':
      return <IconCircleCheck size={20} className={styles.mark} aria-label="good" />;
    case 'fair':
      return <IconAlertTriangle size={20} className={styles.mark} aria-label="remark" />;
    case 'bad':
      return <IconCircleX size={20} className={styles.mark} aria-label="problem" />;
  }
}
