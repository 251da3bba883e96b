import {
  Accordion,
  Button,
  Group,
  Select,
  SegmentedControl,
  Stack,
  Switch,
  Text,
} from '@mantine/core';
import { IconAdjustments, IconVolume } from '@tabler/icons-react';
import type { DeviceInfo } from '../../capture/devices.js';
import { qualitySchema, type Quality } from '../../settings.js';
import { useActions } from '../../state/actions.js';
import { useApp } from '../../state/appStore.js';
import { usePreferences } from '../../state/preferencesStore.js';
import { MicLevel } from './MicLevel.js';

const QUALITIES = [
  { value: 'saver', label: 'Data saver' },
  { value: 'auto', label: 'Auto' },
  { value: 'sharp', label: 'Sharp' },
];

const EXPLANATIONS: Readonly<Record<Quality, string>> = {
  saver: 'Small pictures both ways: at most 250 kbit/s of your camera, about 2 MB a minute.',
  auto: 'As good as the connection and this device allow, up to 1.5 Mbit/s of your camera.',
  sharp: 'A larger picture of your camera, up to 3 Mbit/s. Needs a fast device.',
};

/** Pickers for devices and quality, folded away until needed. */
export function DeviceSettings() {
  return (
    <Accordion variant="contained" radius="md">
      <Accordion.Item value="devices">
        <Accordion.Control icon={<IconAdjustments size={20} />}>
          Devices and quality
        </Accordion.Control>
        <Accordion.Panel>
          <DeviceFields />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

export function DeviceFields() {
  const actions = useActions();
  const devices = useApp((state) => state.devices);
  const { camera, mic, micOn } = useApp((state) => state.media);
  const inCall = useApp((state) => state.call !== undefined);
  const { speakerId, quality, vp8Only } = usePreferences();
  return (
    <Stack gap="sm">
      <DevicePicker
        label="Camera"
        devices={devices.cameras}
        value={camera?.getSettings().deviceId}
        onChange={(id) => actions.chooseCamera(id)}
      />
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <DevicePicker
          label="Microphone"
          devices={devices.microphones}
          value={mic?.getSettings().deviceId}
          onChange={(id) => actions.chooseMic(id)}
        />
        <MicLevel track={micOn ? mic : undefined} plain />
      </Group>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <DevicePicker
          label="Speaker"
          devices={devices.speakers}
          value={speakerId ?? devices.speakers[0]?.deviceId}
          onChange={(id) => actions.chooseSpeaker(id)}
        />
        <Button
          variant="default"
          leftSection={<IconVolume size={18} />}
          disabled={devices.speakers.length === 0}
          onClick={() => actions.testSpeaker()}
        >
          Test
        </Button>
      </Group>
      <div>
        <Text size="sm" fw={500} mb={4} id="quality-label">
          Quality
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="quality-label"
          data={QUALITIES}
          value={quality}
          onChange={(value) => actions.setQuality(qualitySchema.parse(value))}
        />
        <Text size="xs" c="dimmed" mt={6}>
          {EXPLANATIONS[quality]}
        </Text>
      </div>
      <Switch
        label="Use VP8 instead of the neural codec"
        description="For old devices; takes effect when you join."
        checked={vp8Only}
        disabled={inCall}
        onChange={(event) => actions.setVp8Only(event.currentTarget.checked)}
      />
    </Stack>
  );
}

interface DevicePickerProps {
  readonly label: string;
  readonly devices: readonly DeviceInfo[];
  readonly value: string | undefined;
  readonly onChange: (deviceId: string) => void;
}

function DevicePicker({ label, devices, value, onChange }: DevicePickerProps) {
  return (
    <Select
      flex={1}
      miw={0}
      label={label}
      placeholder="None found"
      disabled={devices.length === 0}
      allowDeselect={false}
      data={devices.map((device) => ({ value: device.deviceId, label: device.label }))}
      value={value ?? null}
      onChange={(deviceId) => {
        if (deviceId !== null) onChange(deviceId);
      }}
    />
  );
}
