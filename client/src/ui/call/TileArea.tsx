import { useElementSize } from '@mantine/hooks';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { layoutGrid } from './gridLayout.js';
import styles from './TileArea.module.css';
import { isPinned, labelOf, stageTile, tilesOf, type Pin, type Tile } from './tiles.js';
import { TileView } from './TileView.js';

export type LayoutMode = 'grid' | 'stage';

const GAP = 12;

interface TileAreaProps {
  readonly call: CallSnapshot;
  readonly layout: LayoutMode;
  readonly pin: Pin | undefined;
  readonly onPin: (pin: Pin | undefined) => void;
}

export function TileArea({ call, layout, pin, onPin }: TileAreaProps) {
  const tiles = tilesOf(call);
  const view = (tile: Tile) => {
    const pinned = isPinned(tile, call, pin);
    const label = labelOf(tile, call);
    return (
      <TileView
        key={tile.key}
        tile={tile}
        call={call}
        label={label}
        pinned={pinned}
        onPin={() => onPin(pinned ? undefined : { key: tile.key, label })}
      />
    );
  };
  const staged = layout === 'stage' && tiles.length > 1 ? stageTile(tiles, call, pin) : undefined;
  if (staged === undefined) return <Grid tiles={tiles} view={view} />;
  const others = tiles.filter(({ key }) => key !== staged.key);
  return (
    <div className={styles.staged}>
      <div className={styles.main}>{view(staged)}</div>
      <div className={styles.strip}>
        {others.map((tile) => (
          <div key={tile.key} className={styles.small}>
            {view(tile)}
          </div>
        ))}
      </div>
    </div>
  );
}

interface GridProps {
  readonly tiles: readonly Tile[];
  readonly view: (tile: Tile) => React.ReactNode;
}

function Grid({ tiles, view }: GridProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  // A narrow window shows people nearly square: faces stay large.
  const aspect = width < 620 && tiles.length > 1 ? 4 / 3 : 16 / 9;
  const layout = layoutGrid(tiles.length, { width, height }, GAP, aspect);
  return (
    <div
      ref={ref}
      className={styles.grid}
      style={{
        gap: GAP,
        gridTemplateColumns: `repeat(${String(layout.columns * 2)}, ${String((layout.width - GAP) / 2)}px)`,
        gridAutoRows: `${String(layout.height)}px`,
      }}
    >
      {tiles.map((tile, index) => (
        <div
          key={tile.key}
          className={styles.cell}
          style={cellPlace(index, tiles.length, layout.columns)}
        >
          {view(tile)}
        </div>
      ))}
    </div>
  );
}

/** Tiles span two half columns, so that a short last row can be centred. */
function cellPlace(index: number, count: number, columns: number): React.CSSProperties {
  const lastRow = count % columns;
  const firstOfLastRow = count - lastRow;
  if (lastRow !== 0 && index === firstOfLastRow) {
    return { gridColumn: `${String(columns - lastRow + 1)} / span 2` };
  }
  return { gridColumn: 'span 2' };
}
