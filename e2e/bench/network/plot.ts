import type { NetworkResult } from './result.js';

const PANEL = { width: 470, height: 250, left: 52, right: 14, top: 36, bottom: 62 };
const COLOUR = { inn: '#c2185b', vp8: '#0072b2', capacity: '#7f7f7f' } as const;
const NAME = { inn: 'INN', vp8: 'VP8' } as const;
const TICKS = 5;

type Point = readonly [second: number, value: number];

interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly width: number;
  /** Interrupted where nothing was measured. */
  readonly pieces: readonly (readonly Point[])[];
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

/** 1, 2 or 5 times a power of ten, so that about {@link TICKS} steps reach `high`. */
function tickStep(high: number): number {
  const rough = high / TICKS;
  const decade = 10 ** Math.floor(Math.log10(rough));
  return decade * ([1, 2, 5, 10].find((digit) => digit * decade >= rough) ?? 10);
}

function panelSvg(title: string, unit: string, curves: readonly Curve[], x0: number): string {
  const points = curves.flatMap(({ pieces }) => pieces.flat());
  const end = Math.max(1, ...points.map(([second]) => second));
  const step = tickStep(Math.max(1, ...points.map(([, value]) => value)));
  const high = step * Math.ceil(Math.max(1, ...points.map(([, value]) => value)) / step);
  const plotWidth = PANEL.width - PANEL.left - PANEL.right;
  const plotHeight = PANEL.height - PANEL.top - PANEL.bottom;
  const left = x0 + PANEL.left;
  const bottom = PANEL.top + plotHeight;
  const x = (second: number) => (left + (plotWidth * second) / end).toFixed(1);
  const y = (value: number) => (bottom - (plotHeight * value) / high).toFixed(1);
  const grid: string[] = [];
  for (let value = 0; value <= high; value += step) {
    grid.push(
      `<path d="M${left} ${y(value)}h${plotWidth}" stroke="#e3e3e3"/>`,
      `<text x="${left - 6}" y="${y(value)}" dy="4" text-anchor="end">${value}</text>`,
    );
  }
  for (let second = 0; second <= end; second += 10) {
    grid.push(`<text x="${x(second)}" y="${bottom + 16}" text-anchor="middle">${second} s</text>`);
  }
  const paths = curves.map(({ pieces, colour, width }) => {
    const d = pieces
      .map((piece) => piece.map(([s, v], i) => `${i ? 'L' : 'M'}${x(s)} ${y(v)}`).join(''))
      .join('');
    return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  });
  const legend = curves.map(({ label, colour, width }, i) => {
    const at = left + i * 120;
    return `<path d="M${at} ${bottom + 40}h22" stroke="${colour}" stroke-width="${width}"/><text x="${at + 28}" y="${bottom + 44}">${escape(label)}</text>`;
  });
  return [
    `<text x="${left}" y="${PANEL.top - 12}" font-weight="bold">${escape(title)}, ${unit}</text>`,
    ...grid,
    ...paths,
    `<path d="M${left} ${PANEL.top}v${plotHeight}h${plotWidth}" fill="none" stroke="#555"/>`,
    ...legend,
  ].join('\n');
}

/** Consecutive seconds with a value. */
function pieces(
  series: NetworkResult['series'],
  value: (second: NetworkResult['series'][number]) => number | undefined,
): Point[][] {
  const all: Point[][] = [[]];
  for (const second of series) {
    if (second.at < 0) continue;
    const v = value(second);
    if (v === undefined) all.push([]);
    else all.at(-1)?.push([second.at / 1000 + 0.5, v]);
  }
  return all.filter((piece) => piece.length > 0);
}

/** Rate against capacity, and latency, over the time of one scenario. */
export function timelineSvg(title: string, results: readonly NetworkResult[]): string {
  const curve = (
    result: NetworkResult,
    value: (second: NetworkResult['series'][number]) => number | undefined,
  ): Curve => ({
    label: NAME[result.codec],
    colour: COLOUR[result.codec],
    width: result.codec === 'inn' ? 2.5 : 1.5,
    pieces: pieces(result.series, value),
  });
  const capacity: Curve = {
    label: 'capacity',
    colour: COLOUR.capacity,
    width: 1.5,
    pieces: pieces(results[0]?.series ?? [], (second) => second.capacity / 1000),
  };
  const rates = [capacity, ...results.map((r) => curve(r, ({ offered }) => offered / 1000))];
  const latencies = results.map((r) => curve(r, ({ latency }) => latency));
  const width = 2 * PANEL.width;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${PANEL.height}" width="${width}" height="${PANEL.height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${PANEL.height}" fill="#fff"/>`,
    panelSvg(title, 'sent, kbit/s', rates, 0),
    panelSvg('longest capture to display of a second', 'ms', latencies, PANEL.width),
    '</svg>\n',
  ].join('\n');
}
