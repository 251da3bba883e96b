import { Group, Stack, Text } from '@mantine/core';
import { IconHandStop, IconMicrophoneOff, IconVideoOff } from '@tabler/icons-react';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { Avatar } from '../shared/Avatar.js';

export function PeoplePanel({ call }: { readonly call: CallSnapshot }) {
  const { local } = call;
  return (
    <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
      <Person
        name={local.displayName}
        note="You"
        muted={!local.micOn}
        cameraOff={local.camera === undefined}
        hand={local.handRaised}
      />
      {call.peers.map((peer) => (
        <Person
          key={peer.id}
          name={peer.displayName}
          note={peer.connection === 'reconnecting' ? 'Reconnecting…' : peer.quality.reason}
          muted={peer.micMuted}
          cameraOff={peer.cameraOff}
          hand={peer.handRaised}
        />
      ))}
    </Stack>
  );
}

interface PersonProps {
  readonly name: string;
  readonly note: string;
  readonly muted: boolean;
  readonly cameraOff: boolean;
  readonly hand: boolean;
}

function Person({ name, note, muted, cameraOff, hand }: PersonProps) {
  return (
    <Group component="li" wrap="nowrap" gap="sm">
      <Avatar name={name} size={40} />
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text fw={550} truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      </div>
      {hand && <IconHandStop size={18} aria-label="hand raised" />}
      {muted && <IconMicrophoneOff size={18} aria-label="muted" />}
      {cameraOff && <IconVideoOff size={18} aria-label="camera off" />}
    </Group>
  );
}
