import { Stack, Switch, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { RepairSummary } from '../../codec-worker/messages.js';
import type { GlassToGlassReport } from '../../latency/glassToGlass.js';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import type { CallStats, ConsumerReport } from '../../room/callStats.js';
import { useActions } from '../../state/actions.js';
import { useStats } from '../../state/statsStore.js';
import { ExportButtons } from './ExportButtons.js';
import { StatsCharts } from './StatsCharts.js';
import { describeVideo, formatBitrate } from './statsFormat.js';
import { Waterfall } from './Waterfall.js';

export function StatsPanel({ call }: { readonly call: CallSnapshot }) {
  const actions = useActions();
  const samples = useStats((state) => state.samples);
  const [comparing, setComparing] = useState(false);
  const last = samples.at(-1);
  if (last === undefined) return <Text c="dimmed">The first numbers come in a moment.</Text>;
  return (
    <Stack gap="lg">
      {last.consumers.map((consumer) => (
        <ConsumerStats
          key={consumer.consumerId}
          consumer={consumer}
          name={call.peers.find(({ id }) => id === consumer.peerId)?.displayName ?? 'Somebody'}
        />
      ))}
      {last.consumers.length === 0 && (
        <Text c="dimmed" size="sm">
          Latency shows as soon as somebody’s picture arrives.
        </Text>
      )}
      <StatsCharts samples={samples} />
      <SendingTable stats={last} />
      <Switch
        label="Compare INN and VP8 side by side"
        description="Everybody sends both while this is on."
        checked={comparing}
        onChange={(event) => {
          setComparing(event.currentTarget.checked);
          actions.setCompareMode(event.currentTarget.checked);
        }}
      />
      <ExportButtons room={call.room} samples={samples} />
    </Stack>
  );
}

function ConsumerStats({ consumer, name }: { consumer: ConsumerReport; name: string }) {
  const { stats, stages, codec, source, pictureQuality } = consumer;
  return (
    <section>
      <Title order={3} fz="sm" mb={6}>
        {name}
        {source === 'screen' ? ', screen' : ''} · {codec.toUpperCase()}
      </Title>
      <Text size="sm" mb={4}>
        {describeVideo(consumer)}
      </Text>
      <Waterfall stages={stages} />
      <Text size="xs" c="dimmed" mt={6}>
        {stats
          ? `${String(stats.width)}×${String(stats.height)}, index ${String(stats.qp)}, ` +
            `${(stats.activeShare * 100).toFixed(0)} % active blocks, ` +
            `${String(stats.missing)} lost, ${String(stats.freezes)} freezes, ` +
            `${String(stats.keyFrames)} key frames, ${describeRepairs(stats.repairs)}, ` +
            `${String(stats.recovered)} saved by parity, ` +
            `${String(consumer.layerSwitches)} changes of layer`
          : `${String(consumer.framesPresented)} frames shown`}
      </Text>
      <Text size="xs" c="dimmed">
        {lipSyncText(consumer)}
        {captureCheckText(consumer)}
      </Text>
      {consumer.glassToGlass && <GlassToGlassText report={consumer.glassToGlass} />}
      {pictureQuality && (
        <Text size="xs" c="dimmed">
          {`PSNR ${pictureQuality.psnr.toFixed(1)} dB, mean of the latest of ${String(pictureQuality.pictures)} shown pictures compared`}
        </Text>
      )}
    </section>
  );
}

function lipSyncText({ sync }: ConsumerReport): string {
  if (sync === undefined) return '';
  const { audioLatencyMs, audioLeadMs, pictureLatencyMs } = sync;
  const waits = pictureLatencyMs > 0 ? ', the picture waits for it' : '';
  return (
    `Sound after ${audioLatencyMs.toFixed(0)} ms, ` +
    `${Math.abs(audioLeadMs).toFixed(0)} ms ${audioLeadMs < 0 ? 'behind' : 'ahead of'} the picture${waits}. `
  );
}

function captureCheckText({ captureCheck }: ConsumerReport): string {
  if (captureCheck === undefined) return '';
  const { differenceMs, spreadMs } = captureCheck;
  return `Capture times by RTP differ by ${differenceMs.toFixed(1)} ms ±${spreadMs.toFixed(1)}.`;
}

function GlassToGlassText({ report }: { readonly report: GlassToGlassReport }) {
  const { read, unread, latency, aboveStamps } = report;
  return (
    <Text size="xs" c="dimmed">
      {latency
        ? `Glass to glass ${latency.p50.toFixed(0)} / ${latency.p95.toFixed(0)} ms by time code`
        : 'Glass to glass: no time code was read yet'}
      {aboveStamps && `, ${aboveStamps.p50.toFixed(1)} ms above the stamps`}
      {`; ${String(read)} codes read, ${String(unread)} not`}
    </Text>
  );
}

function describeRepairs({ count, p50, p95, max }: RepairSummary): string {
  if (count === 0) return 'nothing to repair';
  return `${String(count)} repairs in ${[p50, p95, max].map((ms) => ms.toFixed(0)).join(' / ')} ms`;
}

function SendingTable({ stats }: { readonly stats: CallStats }) {
  const { network, downlinkEstimate, clock, producers } = stats;
  const rows: [string, string][] = [
    ['Available', network ? formatBitrate(network.availableOutgoingBitrate) : '–'],
    ['Can receive', downlinkEstimate === undefined ? '–' : formatBitrate(downlinkEstimate)],
    ['Round trip', network ? `${network.rttMs.toFixed(0)} ms` : '–'],
    ['Packet loss', network ? `${(network.lossFraction * 100).toFixed(1)} %` : '–'],
    ['Clock', clock ? `±${clock.uncertainty.toFixed(1)} ms` : '–'],
    ...producers.flatMap(({ source, wanted, stats: encoder }): [string, string][] =>
      encoder === undefined || !wanted
        ? []
        : [
            [
              `Your ${source}`,
              `${String(encoder.width)}×${String(encoder.height)}, ` +
                `${encoder.frameRate.toFixed(0)} fps, index ${String(encoder.qp)}`,
            ],
            ['Encoding', `${encoder.encodeMs.toFixed(1)} ms a frame`],
            ['Limited by', encoder.limitedBy === 'none' ? 'nothing' : encoder.limitedBy],
          ],
    ),
  ];
  return (
    <Table withRowBorders={false} verticalSpacing={4} horizontalSpacing={0} fz="sm">
      <Table.Tbody>
        {rows.map(([label, value], index) => (
          <Table.Tr key={`${String(index)} ${label}`}>
            <Table.Th fw={400} c="dimmed">
              {label}
            </Table.Th>
            <Table.Td ta="right">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
