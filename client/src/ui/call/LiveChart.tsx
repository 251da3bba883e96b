import { Title } from '@mantine/core';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CallStats } from '../../room/callStats.js';

const HEIGHT = 130;

export interface ChartSeries {
  readonly label: string;
  readonly color: string;
  readonly value: (stats: CallStats) => number | undefined;
}

interface LiveChartProps {
  readonly title: string;
  readonly samples: readonly CallStats[];
  /** Must not change between renders. */
  readonly series: readonly ChartSeries[];
}

/** The latest minutes of one or two numbers. */
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
        axes: [axis, { ...axis, size: 44 }],
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
      ...latest.current.map(({ value }) => samples.map((sample) => value(sample) ?? null)),
    ]);
  }, [samples, width, scheme]);
  return (
    <section>
      <Title order={3} fz="sm" mb={4}>
        {title}
      </Title>
      <div ref={sizeRef} role="img" aria-label={title}>
        <div ref={holder} />
      </div>
    </section>
  );
}
