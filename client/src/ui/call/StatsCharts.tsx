import { LiveChart, type ChartSeries } from './LiveChart.js';
import type { CallStats } from '../../room/callStats.js';
import {
  activeShare,
  availableKilobits,
  freezesSince,
  lossShare,
  operatingPoint,
  sentKilobits,
  targetKilobits,
  worstLatency,
} from './statsSeries.js';

const SAFFRON = '#f3a712';
const GREY = '#8a847c';
const BLUE = '#5b9bd5';

const LATENCY: readonly ChartSeries[] = [
  { label: 'median', color: SAFFRON, value: worstLatency('p50') },
  { label: '95 % of frames', color: GREY, value: worstLatency('p95') },
];
const SENDING: readonly ChartSeries[] = [
  { label: 'available', color: GREY, value: availableKilobits },
  { label: 'target', color: SAFFRON, value: targetKilobits },
  { label: 'sent', color: BLUE, value: sentKilobits },
];
const POINT: readonly ChartSeries[] = [
  { label: 'sent', color: BLUE, value: operatingPoint('producers') },
  { label: 'received', color: SAFFRON, value: operatingPoint('consumers') },
];
const ACTIVE: readonly ChartSeries[] = [
  { label: 'sent', color: BLUE, value: activeShare('producers') },
  { label: 'received', color: SAFFRON, value: activeShare('consumers') },
];
const LOSS: readonly ChartSeries[] = [{ label: 'lost', color: SAFFRON, value: lossShare }];
const FREEZES: readonly ChartSeries[] = [{ label: 'freezes', color: SAFFRON, value: freezesSince }];

/** The last minutes of everything that says how the call goes. */
export function StatsCharts({ samples }: { readonly samples: readonly CallStats[] }) {
  return (
    <>
      <LiveChart title="Latency, camera to screen (ms)" samples={samples} series={LATENCY} />
      <LiveChart title="Sending (kbit/s)" samples={samples} series={SENDING} />
      <LiveChart title="Operating point (index, 0 is lossless)" samples={samples} series={POINT} />
      <LiveChart title="Active blocks (%)" samples={samples} series={ACTIVE} />
      <LiveChart title="Packets lost (%)" samples={samples} series={LOSS} />
      <LiveChart title="Freezes in each second" samples={samples} series={FREEZES} />
    </>
  );
}
