/** One curve of a plot: points (rate in kbit/s, quality in dB). */
export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [rate: number, quality: number])[];
  /** Drawn heavy and last. */
  readonly emphasis: boolean;
}

export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const PANEL = { width: 470, height: 330, left: 52, right: 14, top: 40, bottom: 46 };
const LEGEND_ROW = 18;
const LEGEND_COLUMN = 310;
const OURS = '#c2185b';
/** Okabe and Ito: told apart by colour-blind readers too. */
const PALETTE = ['#0072b2', '#009e73', '#e69f00', '#56b4e9', '#8c564b', '#7f7f7f', '#000000'];

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

/** Ticks at 1, 2 and 5 times powers of ten within a range. */
function rateTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
    for (const digit of [1, 2, 5]) {
      const tick = digit * 10 ** decade;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

function colour(series: Series, index: number): string {
  return series.emphasis ? OURS : (PALETTE[index % PALETTE.length] ?? OURS);
}

function panelSvg({ title, series }: Panel, x0: number): string {
  const points = series.flatMap((entry) => entry.points);
  const rates = points.map(([rate]) => rate);
  const qualities = points.map(([, quality]) => quality);
  const [lowRate, highRate] = [Math.min(...rates) / 1.1, Math.max(...rates) * 1.1];
  const [low, high] = [Math.floor(Math.min(...qualities)), Math.ceil(Math.max(...qualities))];
  const plotWidth = PANEL.width - PANEL.left - PANEL.right;
  const plotHeight = PANEL.height - PANEL.top - PANEL.bottom;
  const left = x0 + PANEL.left;
  const bottom = PANEL.top + plotHeight;
  const x = (rate: number) =>
    (left + (plotWidth * Math.log(rate / lowRate)) / Math.log(highRate / lowRate)).toFixed(1);
  const y = (quality: number) =>
    (bottom - (plotHeight * (quality - low)) / Math.max(1, high - low)).toFixed(1);
  const step = Math.max(1, Math.ceil((high - low) / 8));
  const grid: string[] = [];
  for (let q = Math.ceil(low / step) * step; q <= high; q += step) {
    grid.push(
      `<path d="M${left} ${y(q)}h${plotWidth}" stroke="#e3e3e3"/>`,
      `<text x="${left - 6}" y="${y(q)}" dy="4" text-anchor="end">${q}</text>`,
    );
  }
  for (const rate of rateTicks(lowRate, highRate)) {
    grid.push(
      `<path d="M${x(rate)} ${PANEL.top}v${plotHeight}" stroke="#e3e3e3"/>`,
      `<text x="${x(rate)}" y="${bottom + 16}" text-anchor="middle">${rate}</text>`,
    );
  }
  const curves = series.map((entry, index) => {
    const sorted = [...entry.points].sort(([a], [b]) => a - b);
    const path = sorted.map(([rate, quality], i) => `${i ? 'L' : 'M'}${x(rate)} ${y(quality)}`);
    const width = entry.emphasis ? 3 : 1.5;
    const stroke = colour(entry, index);
    const dots = sorted.map(
      ([rate, quality]) => `<circle cx="${x(rate)}" cy="${y(quality)}" r="${width + 0.5}"/>`,
    );
    return `<g fill="${stroke}"><path d="${path.join('')}" fill="none" stroke="${stroke}" stroke-width="${width}"/>${dots.join('')}</g>`;
  });
  return [
    `<text x="${left}" y="${PANEL.top - 10}" font-weight="bold">${escape(title)}</text>`,
    ...grid,
    `<path d="M${left} ${PANEL.top}v${plotHeight}h${plotWidth}" fill="none" stroke="#555"/>`,
    `<text x="${left + plotWidth / 2}" y="${bottom + 36}" text-anchor="middle">kbit/s (logarithmic)</text>`,
    ...curves,
  ].join('\n');
}

/** Panels side by side with one legend below; all panels hold the same series. */
export function plotSvg(panels: readonly Panel[]): string {
  const series = panels[0]?.series ?? [];
  const width = PANEL.width * panels.length;
  const columns = Math.floor(width / LEGEND_COLUMN);
  const legend = series.map((entry, index) => {
    const x = PANEL.left + (index % columns) * LEGEND_COLUMN;
    const y = PANEL.height + 10 + Math.floor(index / columns) * LEGEND_ROW;
    const stroke = colour(entry, index);
    return `<path d="M${x} ${y}h22" stroke="${stroke}" stroke-width="${entry.emphasis ? 3 : 1.5}"/><text x="${x + 28}" y="${y + 4}">${escape(entry.label)}</text>`;
  });
  const height = PANEL.height + 20 + Math.ceil(series.length / columns) * LEGEND_ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels.map((panel, index) => panelSvg(panel, index * PANEL.width)),
    ...legend,
    '</svg>\n',
  ].join('\n');
}
