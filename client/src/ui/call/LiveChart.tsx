import { Group, Text, Title, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CallStats } from '../../room/callStats.js';

const HEIGHT = 110;

export interface ChartSeries {
  readonly label: string;
  readonly color: string;
  /** @param before the sample one second earlier, `undefined` for the first */
  readonly value: (stats: CallStats, before: CallStats | undefined) => number | undefined;
}

interface LiveChartProps {
  readonly title: string;
  readonly samples: readonly CallStats[];
  /** Must not change between renders. */
  readonly series: readonly ChartSeries[];
}

/** The latest minutes of a few numbers. */
export function LiveChart({ title, samples, series }: LiveChartProps) {
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(series);
  const scheme = useComputedColorScheme('dark');
  useEffect(() => {
    const element = holder.current;
    if (element === null || width === 0) return;
    const ink = scheme === 'dark' ? '#a39d94' : '#655e56';
    const grid = { stroke: scheme === 'dark' ? '#35312d' : '#e0d8cb', width: 1 };
    const axis = { stroke: ink, grid, ticks: { show: false } };
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        cursor: { show: false },
        legend: { show: false },
        axes: [
          { ...axis, size: 28, values: (plot, times) => times.map((time) => ago(plot, time)) },
          { ...axis, size: 44 },
        ],
        scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.15)] } },
        series: [
          {},
          ...latest.current.map(({ label, color }) => ({ label, stroke: color, width: 2 })),
        ],
      },
      [[], ...latest.current.map(() => [])],
      element,
    );
    chart.current = plot;
    return () => plot.destroy();
  }, [width, scheme]);
  useEffect(() => {
    chart.current?.setData([
      samples.map(({ at }) => at / 1000),
      ...latest.current.map(({ value }) =>
        samples.map((sample, index) => value(sample, samples[index - 1]) ?? null),
      ),
    ]);
  }, [samples, width, scheme]);
  return (
    <section>
      <Title order={3} fz="sm" mb={4}>
        {title}
      </Title>
      {series.length > 1 && <Legend series={series} />}
      <div ref={sizeRef} role="img" aria-label={title}>
        <div ref={holder} />
      </div>
    </section>
  );
}

function Legend({ series }: { readonly series: readonly ChartSeries[] }) {
  return (
    <Group gap="md" mb={4}>
      {series.map(({ label, color }) => (
        <Group key={label} gap={6}>
          <span aria-hidden style={{ width: 12, height: 3, borderRadius: 2, background: color }} />
          <Text size="xs" c="dimmed">
            {label}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

/** Label of a moment on the time axis (seconds). */
function ago(plot: uPlot, time: number): string {
  const latest = plot.scales['x']?.max ?? time;
  const seconds = Math.round(latest - time);
  return seconds === 0 ? 'now' : `−${String(seconds)} s`;
}
