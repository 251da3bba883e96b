import { ActionIcon, Text, TextInput } from '@mantine/core';
import { IconSend2 } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { useActions } from '../../state/actions.js';
import styles from './ChatPanel.module.css';

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export function ChatPanel({ call }: { readonly call: CallSnapshot }) {
  const actions = useActions();
  const [text, setText] = useState('');
  const end = useRef<HTMLDivElement>(null);
  const count = call.chat.length;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [count]);
  return (
    <div className={styles.chat}>
      <div className={styles.messages} role="log" aria-label="Messages" tabIndex={0}>
        {count === 0 && (
          <Text c="dimmed" size="sm">
            Messages go to everybody in the room and are gone when it is empty.
          </Text>
        )}
        {call.chat.map((message) => (
          <div
            key={message.id}
            className={styles.message}
            data-own={message.peerId === call.local.peerId}
          >
            <Text size="xs" c="dimmed">
              {message.displayName} · {TIME.format(message.sentAt)}
            </Text>
            <Text className={styles.text ?? ''}>{message.text}</Text>
          </div>
        ))}
        <div ref={end} />
      </div>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          actions.say(text.trim());
          setText('');
        }}
      >
        <TextInput
          flex={1}
          radius="xl"
          placeholder="Write a message"
          aria-label="Message"
          data-autofocus
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ActionIcon type="submit" size={36} radius="xl" aria-label="Send the message">
          <IconSend2 size={18} />
        </ActionIcon>
      </form>
    </div>
  );
}
