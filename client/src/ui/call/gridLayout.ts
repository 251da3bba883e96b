export interface GridLayout {
  readonly columns: number;
  /** CSS pixels of one tile. */
  readonly width: number;
  readonly height: number;
}

/**
 * Arranges `count` tiles of one aspect ratio so that they are as large as
 * possible in the given area (CSS pixels).
 */
export function layoutGrid(
  count: number,
  area: { readonly width: number; readonly height: number },
  gap: number,
  aspect = 16 / 9,
): GridLayout {
  let best: GridLayout = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = Math.min(
      (area.width - gap * (columns - 1)) / columns,
      ((area.height - gap * (rows - 1)) / rows) * aspect,
    );
    if (width > best.width) {
      best = { columns, width: Math.floor(width), height: Math.floor(width / aspect) };
    }
  }
  return best;
}
