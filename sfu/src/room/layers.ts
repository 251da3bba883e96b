/** Which layer of a source each of its receivers gets, and how much each layer may take. */

export interface LayerState {
  /** 0 = smallest. */
  readonly layer: number;
  /** Width of the coded picture, pixels. */
  readonly width: number;
  /** What it takes where no receiver stands in its way, bit/s. */
  readonly natural: number;
}

export interface LayerReceiver {
  readonly id: string;
  /** Device pixels; 0 = unknown. */
  readonly tileWidth: number;
  /** What its downlink has had for this source at the best moment of the last second, bit/s; 0: nothing. */
  readonly share: number;
  /** The same at this moment. */
  readonly shareNow: number;
  /** The layer that it shows now. */
  readonly current: number | undefined;
}

export interface LayerChoice {
  /** undefined: nothing of this source fits the downlink. */
  readonly layer: number | undefined;
  /** A sharper layer fits the tile but not the downlink. */
  readonly limitedByBandwidth: boolean;
}

export interface Assignment {
  /** One for each receiver, by its id. */
  readonly choices: ReadonlyMap<string, LayerChoice>;
  /** bit/s by layer: what its slowest receiver takes. Layers that nobody gets are absent. */
  readonly caps: ReadonlyMap<number, number>;
}

/** A layer this much narrower than its tile still counts as sharp; for a step down a little less. */
const SHARP_ENOUGH = 0.8;
const SHARP_ENOUGH_DOWN = 0.9;
/** Share of a layer's rate that a receiver needs to stay with it, and to come to it from below. */
const STAY = 0.85;
const RISE = 1;
/** Where there is no smaller layer: below this share of its rate a receiver gets nothing. */
const ALONE = 0.5;

/**
 * Everybody starts at the layer that fits the tile. From the sharpest layer down, those whose share is
 * clearly below what the layer takes for the others move to the next smaller one, so that they do not
 * lower it; where all are alike the layer obeys the slowest of them, and one layer is enough.
 *
 * @param layers in any order, at least one
 */
export function assignLayers(
  layers: readonly LayerState[],
  receivers: readonly LayerReceiver[],
): Assignment {
  const sorted = [...layers].sort((a, b) => a.layer - b.layer);
  const choices = new Map<string, LayerChoice>();
  const caps = new Map<number, number>();
  for (const { id } of receivers.filter(({ share }) => share <= 0)) {
    choices.set(id, { layer: undefined, limitedByBandwidth: true });
  }
  let waiting = receivers
    .filter(({ share }) => share > 0)
    .map((receiver) => ({ receiver, fitting: fittingIndex(sorted, receiver) }));
  for (let index = sorted.length - 1; index >= 0; index -= 1) {
    const state = sorted[index];
    const here = waiting.filter(({ fitting }) => fitting >= index);
    if (state === undefined || here.length === 0) continue;
    const best = Math.max(...here.map(({ receiver }) => receiver.share));
    const rate = Math.min(best, state.natural);
    const staying = here.filter(({ receiver }) => {
      if (index === 0) return sorted.length > 1 || receiver.share >= rate * ALONE;
      const rises = receiver.current !== undefined && receiver.current < state.layer;
      return receiver.share >= rate * (rises ? RISE : STAY);
    });
    for (const { receiver, fitting } of staying) {
      choices.set(receiver.id, { layer: state.layer, limitedByBandwidth: index < fitting });
    }
    // A lone receiver may be followed at once; a moment of doubt of one must not lower the others.
    const [only, ...others] = staying;
    const alone = others.length === 0 && only !== undefined;
    const cap = alone
      ? only.receiver.shareNow
      : Math.min(...staying.map(({ receiver }) => receiver.share));
    caps.set(state.layer, cap);
    const placed = new Set(staying);
    waiting = waiting.filter((entry) => !placed.has(entry));
  }
  for (const { receiver } of waiting) {
    choices.set(receiver.id, { layer: undefined, limitedByBandwidth: true });
  }
  return { choices, caps };
}

/** The smallest layer that looks sharp in the tile; the largest where the tile is unknown. */
export function fittingLayer(
  layers: readonly LayerState[],
  receiver: Pick<LayerReceiver, 'tileWidth' | 'current'>,
): LayerState | undefined {
  const sorted = [...layers].sort((a, b) => a.layer - b.layer);
  return sorted[fittingIndex(sorted, receiver)];
}

function fittingIndex(
  sorted: readonly LayerState[],
  { tileWidth, current }: Pick<LayerReceiver, 'tileWidth' | 'current'>,
): number {
  if (tileWidth === 0) return sorted.length - 1;
  const index = sorted.findIndex(({ layer, width }) => {
    const down = current !== undefined && layer < current;
    return width >= tileWidth * (down ? SHARP_ENOUGH_DOWN : SHARP_ENOUGH);
  });
  return index === -1 ? sorted.length - 1 : index;
}
