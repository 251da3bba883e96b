/** Which layer of each source a receiver gets: as sharp as its tile shows and its downlink takes. */

/** One layer, a consumer of its own. */
export interface Layer {
  readonly consumerId: string;
  /** 0 = smallest. */
  readonly layer: number;
  /** Width of the coded picture, pixels. */
  readonly width: number;
  /** What it takes at present, bit/s. */
  readonly bitrate: number;
}

export interface LayeredSource {
  /** In any order. */
  readonly layers: readonly [Layer, ...Layer[]];
  /** Device pixels; 0 = unknown. */
  readonly tileWidth: number;
  /** 1 (least) to 255. */
  readonly priority: number;
  /** Consumer that flows now. */
  readonly current: string | undefined;
}

export interface LayerChoice {
  readonly consumerId: string;
  /** A sharper layer fits the tile but not the downlink. */
  readonly limitedByBandwidth: boolean;
}

/** A layer this much narrower than its tile still counts as sharp. */
const SHARP_ENOUGH = 0.8;
/** A step up needs this margin over its rate, so that the choice does not swing. */
const UP_MARGIN = 1.25;

/**
 * @param downlink bit/s for these sources together; undefined while nothing is known.
 * @returns one choice per source, in the order given.
 */
export function chooseLayers(
  sources: readonly LayeredSource[],
  downlink: number | undefined,
): LayerChoice[] {
  const states = sources.map((source) => {
    const layers = [...source.layers].sort((a, b) => a.layer - b.layer);
    return { source, layers, chosen: 0, wanted: wantedIndex(layers, source.tileWidth) };
  });
  const rateOf = (layers: readonly Layer[], index: number): number => layers[index]?.bitrate ?? 0;
  let left =
    (downlink ?? Infinity) - states.reduce((sum, { layers }) => sum + rateOf(layers, 0), 0);
  const raise = (state: (typeof states)[number]): boolean => {
    if (state.chosen >= state.wanted) return false;
    const next = state.chosen + 1;
    const cost = rateOf(state.layers, next) - rateOf(state.layers, state.chosen);
    const held =
      next <= state.layers.findIndex(({ consumerId }) => consumerId === state.source.current);
    if (cost * (held ? 1 : UP_MARGIN) > left) return false;
    left -= cost;
    state.chosen = next;
    return true;
  };
  // Higher priorities first; equals take turns, the larger tile begins.
  const priorities = [...new Set(sources.map(({ priority }) => priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    const equals = states
      .filter(({ source }) => source.priority === priority)
      .sort((a, b) => b.source.tileWidth - a.source.tileWidth);
    while (equals.filter(raise).length > 0);
  }
  return states.map(({ source, layers, chosen, wanted }) => ({
    consumerId: (layers[chosen] ?? source.layers[0]).consumerId,
    limitedByBandwidth: chosen < wanted,
  }));
}

/** The smallest layer that looks sharp in the tile; the largest where the tile is unknown. */
function wantedIndex(sorted: readonly Layer[], tileWidth: number): number {
  if (tileWidth === 0) return sorted.length - 1;
  const index = sorted.findIndex(({ width }) => width >= tileWidth * SHARP_ENOUGH);
  return index === -1 ? sorted.length - 1 : index;
}
