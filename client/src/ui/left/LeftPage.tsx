import { Alert, Button, Group, SimpleGrid, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconArrowLeft } from '@tabler/icons-react';
import { useActions } from '../../state/actions.js';
import { useApp, type CallSummary } from '../../state/appStore.js';
import { Brand, ColorSchemeButton } from '../shared/Brand.js';
import styles from './LeftPage.module.css';

export function LeftPage() {
  const actions = useActions();
  const summary = useApp((state) => state.summary);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Brand />
        <ColorSchemeButton />
      </header>
      <main className={styles.main}>
        <Title order={1} className={styles.title}>
          {summary?.error ? 'The call ended' : 'You left the call'}
        </Title>
        {summary?.error && (
          <Alert color="red" icon={<IconAlertTriangle />} mt="lg">
            {summary.error.message}
          </Alert>
        )}
        {summary && <Summary summary={summary} />}
        <Group mt={32} justify="center">
          <Button
            size="md"
            leftSection={<IconArrowLeft size={18} />}
            onClick={() => actions.backToJoin()}
          >
            Back to the room
          </Button>
        </Group>
      </main>
    </div>
  );
}

function Summary({ summary }: { readonly summary: CallSummary }) {
  const { minutes, people, latencyMs, freezes } = summary;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} mt={36} spacing="md">
      <Figure
        value={minutes < 1 ? `${String(Math.round(minutes * 60))} s` : `${minutes.toFixed(0)} min`}
        label="in the call"
      />
      <Figure value={String(people)} label={people === 1 ? 'person met' : 'people met'} />
      <Figure
        value={latencyMs === undefined ? '–' : `${latencyMs.toFixed(0)} ms`}
        label="camera to screen"
      />
      <Figure value={String(freezes)} label={freezes === 1 ? 'short freeze' : 'short freezes'} />
    </SimpleGrid>
  );
}

function Figure({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <div className={styles.figure}>
      <Text fz={28} fw={700} lts="-0.02em">
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
    </div>
  );
}
