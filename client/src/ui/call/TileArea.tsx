import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import type { CallSnapshot } from '../../room/callSnapshot.js';
import { layoutGrid } from './gridLayout.js';
import styles from './TileArea.module.css';
import { stageTile, tilesOf, type Tile } from './tiles.js';
import { TileView } from './TileView.js';

export type LayoutMode = 'grid' | 'stage';

const GAP = 12;

interface TileAreaProps {
  readonly call: CallSnapshot;
  readonly layout: LayoutMode;
  readonly onLayout: (layout: LayoutMode) => void;
}

export function TileArea({ call, layout, onLayout }: TileAreaProps) {
  const [pinned, setPinned] = useState<string>();
  const tiles = tilesOf(call);
  const onPin = (key: string) => {
    const pin = pinned === key ? undefined : key;
    setPinned(pin);
    onLayout(pin === undefined ? 'grid' : 'stage');
  };
  const view = (tile: Tile) => (
    <TileView key={tile.key} tile={tile} call={call} pinned={pinned === tile.key} onPin={onPin} />
  );
  const staged =
    layout === 'stage' && tiles.length > 1
      ? stageTile(tiles, pinned, call.activeSpeaker)
      : undefined;
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
