import { Kbd, Modal, Text } from '@mantine/core';
import styles from './HelpDialog.module.css';
import { SHORTCUTS, shownKey, type ShortcutName } from './shortcuts.js';

const NAMES = Object.keys(SHORTCUTS) as ShortcutName[];

interface HelpDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function HelpDialog({ opened, onClose }: HelpDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keyboard shortcuts"
      centered
      radius="lg"
      closeButtonProps={{ 'aria-label': 'Close the list of shortcuts' }}
    >
      <dl className={styles.list}>
        {NAMES.map((name) => (
          <div key={name} className={styles.entry}>
            <dt>{SHORTCUTS[name].what}</dt>
            <dd>
              <Kbd>{shownKey(name)}</Kbd>
            </dd>
          </div>
        ))}
        <div className={styles.entry}>
          <dt>Close a panel</dt>
          <dd>
            <Kbd>Esc</Kbd>
          </dd>
        </div>
      </dl>
      <Text size="sm" c="dimmed" mt="md">
        Tab moves through all controls. Letters type as usual while you write a message.
      </Text>
    </Modal>
  );
}
