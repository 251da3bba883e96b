import { Alert, Button, Group, Text, Title } from '@mantine/core';
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
  const { minutes, people, latencyMs, latencyP95Ms, freezes, goodShare } = summary;
  return (
    <>
      {summary.error === undefined && (
        <Text size="lg" c="dimmed" mt="sm">
          {verdictOf(summary)}
        </Text>
      )}
      <div className={styles.figures}>
        <Figure
          value={
            minutes < 1 ? `${String(Math.round(minutes * 60))} s` : `${minutes.toFixed(0)} min`
          }
          label="in the call"
        />
        <Figure value={String(people)} label={people === 1 ? 'person met' : 'people met'} />
        <Figure
          value={latencyMs === undefined ? '–' : `${latencyMs.toFixed(0)} ms`}
          label="camera to screen"
          note={
            latencyP95Ms === undefined ? undefined : `95 % within ${latencyP95Ms.toFixed(0)} ms`
          }
        />
        <Figure
          value={goodShare === undefined ? '–' : `${(goodShare * 100).toFixed(0)} %`}
          label="of the time all went well"
          note={freezes === 1 ? '1 short freeze' : `${String(freezes)} short freezes`}
        />
      </div>
    </>
  );
}

/** The call in one sentence. */
function verdictOf({ people, goodShare, latencyMs }: CallSummary): string {
  if (people === 0 || goodShare === undefined) return 'Nobody else’s picture came.';
  if (goodShare < 0.7) return 'The connection was rough. A cable or another network may help.';
  if (latencyMs !== undefined && latencyMs > 400) return 'It ran smoothly, but late.';
  return goodShare < 0.95 ? 'It ran well most of the time.' : 'It ran smoothly.';
}

interface FigureProps {
  readonly value: string;
  readonly label: string;
  readonly note?: string | undefined;
}

function Figure({ value, label, note }: FigureProps) {
  return (
    <div className={styles.figure}>
      <Text fz={28} fw={700} lts="-0.02em">
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      {note !== undefined && (
        <Text size="xs" c="dimmed" mt={2}>
          {note}
        </Text>
      )}
    </div>
  );
}
