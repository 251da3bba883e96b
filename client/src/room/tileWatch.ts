/** Size in device pixels, and whether nobody can see it. */
export interface TileState {
  readonly width: number;
  readonly height: number;
  readonly hidden: boolean;
}

const SETTLE_MS = 300;
const MAX_SIDE = 8192;

/** Tells size and visibility of a tile at the start and when they have changed and settled. */
export function watchTile(element: HTMLElement, tell: (state: TileState) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onScreen = true;
  let told: TileState | undefined;
  const side = (length: number) => Math.min(MAX_SIDE, Math.round(length * devicePixelRatio));
  const look = () => {
    const state = {
      width: side(element.clientWidth),
      height: side(element.clientHeight),
      hidden: document.visibilityState === 'hidden' || !onScreen,
    };
    const same =
      told?.width === state.width && told.height === state.height && told.hidden === state.hidden;
    if (same) return;
    told = state;
    tell(state);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE_MS);
  };
  const sizes = new ResizeObserver(later);
  sizes.observe(element);
  const places = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)?.isIntersecting ?? true;
    later();
  });
  places.observe(element);
  document.addEventListener('visibilitychange', later);
  return () => {
    clearTimeout(timer);
    sizes.disconnect();
    places.disconnect();
    document.removeEventListener('visibilitychange', later);
  };
}
