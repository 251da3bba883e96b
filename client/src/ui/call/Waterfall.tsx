import { Text } from '@mantine/core';
import type { StageSummaries } from '../../room/receivedVideo.js';
import styles from './Waterfall.module.css';

const STAGES = [
  ['captureToEncode', 'Capture'],
  ['encode', 'Encode'],
  ['encodeToSend', 'Send'],
  ['network', 'Network'],
  ['receiveToDecode', 'Wait'],
  ['decode', 'Decode'],
  ['decodeToDisplay', 'Display'],
] as const;

/** Where the time of a frame goes: a bar per stage, one below the other. */
export function Waterfall({ stages }: { readonly stages: StageSummaries }) {
  const total = STAGES.reduce((sum, [stage]) => sum + (stages[stage]?.p50 ?? 0), 0);
  let start = 0;
  const rows = STAGES.flatMap(([stage, label]) => {
    const summary = stages[stage];
    if (summary === undefined) return [];
    const row = { label, summary, start };
    start += Math.max(0, summary.p50);
    return [row];
  });
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {stages.captureToDisplay
          ? `Camera to screen ${stages.captureToDisplay.p50.toFixed(0)} ms; stages are measured for INN video.`
          : 'Stages are measured for INN video.'}
      </Text>
    );
  }
  return (
    <dl className={styles.waterfall}>
      {rows.map(({ label, summary, start: from }) => (
        <div key={label} className={styles.row}>
          <dt>{label}</dt>
          <dd className={styles.track} aria-hidden>
            <span
              style={{
                left: `${String((100 * from) / total)}%`,
                width: `${String(Math.max(0.8, (100 * summary.p50) / total))}%`,
              }}
            />
          </dd>
          <dd>
            {summary.p50.toFixed(0)} <small>/ {summary.p95.toFixed(0)} ms</small>
          </dd>
        </div>
      ))}
      <div className={styles.row} data-total>
        <dt>Camera to screen</dt>
        <dd>
          {(stages.captureToDisplay?.p50 ?? total).toFixed(0)}{' '}
          <small>/ {stages.captureToDisplay?.p95.toFixed(0) ?? '–'} ms</small>
        </dd>
      </div>
    </dl>
  );
}
