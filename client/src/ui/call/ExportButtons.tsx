import { Button, Group } from '@mantine/core';
import { IconClipboardText, IconDownload } from '@tabler/icons-react';
import { ClientError } from '../../errors.js';
import type { CallStats } from '../../room/callStats.js';
import { useApp } from '../../state/appStore.js';
import { notify } from '../../state/notices.js';
import { usePreferences } from '../../state/preferencesStore.js';
import { diagnosticReport } from './diagnosticReport.js';
import { statsToCsv } from './statsFormat.js';

interface ExportButtonsProps {
  readonly room: string;
  readonly samples: readonly CallStats[];
}

/** The numbers of the last minutes for an engineer. */
export function ExportButtons({ room, samples }: ExportButtonsProps) {
  const codec = useApp((state) => state.codec);
  const quality = usePreferences((state) => state.quality);
  const copyReport = () => {
    const report = diagnosticReport(
      {
        takenAt: new Date(),
        room,
        userAgent: navigator.userAgent,
        cores: navigator.hardwareConcurrency,
        window: { width: innerWidth, height: innerHeight, ratio: devicePixelRatio },
        quality,
        codec,
      },
      samples,
    );
    navigator.clipboard.writeText(report).then(
      () => notify('The report is copied. Paste it into a message.'),
      (cause: unknown) =>
        notify(
          ClientError.from(
            cause,
            'permission-refused',
            'The browser does not allow copying. Allow the clipboard, or take the JSON file.',
          ),
        ),
    );
  };
  return (
    <Group gap="xs">
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={16} />}
        onClick={() => download('inncall.json', JSON.stringify(samples, undefined, 1))}
      >
        JSON
      </Button>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={16} />}
        onClick={() => download('inncall.csv', statsToCsv(samples))}
      >
        CSV
      </Button>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconClipboardText size={16} />}
        onClick={copyReport}
      >
        Copy report
      </Button>
    </Group>
  );
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
