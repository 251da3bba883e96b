import { Alert, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useId } from 'react';
import { useActions } from '../../state/actions.js';
import { useApp } from '../../state/appStore.js';
import { usePreferences } from '../../state/preferencesStore.js';
import { Brand, ColorSchemeButton } from '../shared/Brand.js';
import { CameraPreview } from './CameraPreview.js';
import { DeviceSettings } from './DeviceSettings.js';
import styles from './JoinPage.module.css';
import { SelfCheckCard } from './SelfCheckCard.js';

const ROOM_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export function JoinPage() {
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Brand />
        <ColorSchemeButton />
      </header>
      <main className={styles.main}>
        <div className={styles.preview}>
          <CameraPreview />
        </div>
        <JoinForm />
        <div className={styles.check}>
          <SelfCheckCard />
        </div>
      </main>
    </div>
  );
}

function JoinForm() {
  const actions = useActions();
  const room = useApp((state) => state.room);
  const joining = useApp((state) => state.joining);
  const joinError = useApp((state) => state.joinError);
  const displayName = usePreferences((state) => state.displayName);
  const roomFine = ROOM_NAME.test(room);
  const titleId = useId();
  return (
    <form
      className={styles.form}
      aria-labelledby={titleId}
      onSubmit={(event) => {
        event.preventDefault();
        if (roomFine && displayName.trim() !== '') actions.join();
      }}
    >
      <Stack gap="lg">
        <div>
          <Title order={1} id={titleId} className={styles.title}>
            Ready to join?
          </Title>
          <Text c="dimmed" mt={6}>
            Check how you look and sound, then step in.
          </Text>
        </div>
        <TextInput
          label="Your name"
          placeholder="How others see you"
          size="md"
          maxLength={48}
          required
          withAsterisk={false}
          autoComplete="name"
          value={displayName}
          onChange={(event) => actions.setDisplayName(event.currentTarget.value)}
        />
        <TextInput
          label="Room"
          description="Anyone with the same room name meets you there."
          size="md"
          required
          withAsterisk={false}
          value={room}
          error={roomFine ? undefined : 'Use letters, digits, - and _ only.'}
          onChange={(event) => actions.setRoom(event.currentTarget.value)}
        />
        <DeviceSettings />
        {joinError && (
          <Alert color="red" icon={<IconAlertTriangle />} title="Not joined" role="alert">
            {joinError.message}
          </Alert>
        )}
        <Button
          type="submit"
          size="lg"
          loading={joining}
          disabled={!roomFine || displayName.trim() === ''}
          rightSection={<IconArrowRight size={20} />}
        >
          Join the call
        </Button>
        <CodecLine />
      </Stack>
    </form>
  );
}

function CodecLine() {
  const codec = useApp((state) => state.codec);
  const text =
    codec.status === 'ready'
      ? 'The neural codec is ready.'
      : codec.status === 'loading'
        ? 'The neural codec is loading; you may join already.'
        : `Video will be VP8: ${codec.reason}.`;
  return (
    <Group gap={8} justify="center" wrap="nowrap">
      <span className={styles.dot} data-status={codec.status} aria-hidden />
      <Text size="sm" c="dimmed" role="status">
        {text}
      </Text>
    </Group>
  );
}
