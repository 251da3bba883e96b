import type { CallSnapshot, RemotePeer, RemoteVideo } from '../../room/callSnapshot.js';

/** One tile of the call: a person, a shared screen, or a camera as VP8 beside its INN. */
export type Tile =
  | { readonly key: string; readonly kind: 'self' }
  | { readonly key: string; readonly kind: 'own-screen' }
  | { readonly key: string; readonly kind: 'peer'; readonly peer: RemotePeer }
  | {
      readonly key: string;
      readonly kind: 'screen' | 'compared';
      readonly peer: RemotePeer;
      readonly video: RemoteVideo;
    };

/** Screens first, then the others, then this person. */
export function tilesOf(call: CallSnapshot): Tile[] {
  const screens = call.peers.flatMap((peer): Tile[] =>
    peer.screen === undefined
      ? []
      : [{ key: `${peer.id}-screen`, kind: 'screen', peer, video: peer.screen }],
  );
  const people = call.peers.flatMap((peer): Tile[] => [
    { key: peer.id, kind: 'peer', peer },
    ...(peer.compared === undefined
      ? []
      : [{ key: `${peer.id}-vp8`, kind: 'compared' as const, peer, video: peer.compared }]),
  ]);
  const own: Tile[] =
    call.local.screen === undefined ? [] : [{ key: 'own-screen', kind: 'own-screen' }];
  return [...screens, ...own, ...people, { key: 'self', kind: 'self' }];
}

/** Which tile a person wants large. */
export interface Pin {
  readonly key: string;
  /** Finds the person again whom a restarted server gave another identity. */
  readonly label: string;
}

export function labelOf(tile: Tile, call: CallSnapshot): string {
  switch (tile.kind) {
    case 'self':
      return `${call.local.displayName} (you)`;
    case 'own-screen':
      return 'Your screen';
    case 'screen':
      return `${tile.peer.displayName}’s screen`;
    case 'compared':
      return `${tile.peer.displayName} as VP8`;
    case 'peer':
      return tile.peer.displayName;
  }
}

export function isPinned(tile: Tile, call: CallSnapshot, pin: Pin | undefined): boolean {
  return findPinned([tile], call, pin) !== undefined;
}

function findPinned(
  tiles: readonly Tile[],
  call: CallSnapshot,
  pin: Pin | undefined,
): Tile | undefined {
  if (pin === undefined) return undefined;
  return (
    tiles.find(({ key }) => key === pin.key) ??
    tiles.find((tile) => labelOf(tile, call) === pin.label)
  );
}

/** The tile on the stage: what is pinned, else a screen, else who speaks, else anybody. */
export function stageTile(
  tiles: readonly Tile[],
  call: CallSnapshot,
  pin: Pin | undefined,
): Tile | undefined {
  return (
    findPinned(tiles, call, pin) ??
    tiles.find(({ kind }) => kind === 'screen') ??
    tiles.find(({ key }) => key === call.activeSpeaker) ??
    tiles.find(({ kind }) => kind === 'peer') ??
    tiles[0]
  );
}

export interface TileMedia {
  readonly media: MediaStream | MediaStreamTrack;
  /** `undefined` for own media. */
  readonly consumerId: string | undefined;
}

/** What moves on a tile; `undefined` while only the avatar shows. */
function mediaOf(tile: Tile, { local }: CallSnapshot): TileMedia | undefined {
  switch (tile.kind) {
    case 'self':
      return local.camera && { media: local.camera.track, consumerId: undefined };
    case 'own-screen':
      return local.screen && { media: local.screen.track, consumerId: undefined };
    case 'screen':
    case 'compared':
      return { media: tile.video.stream, consumerId: tile.video.consumerId };
    case 'peer': {
      const { camera, cameraOff } = tile.peer;
      if (camera === undefined || cameraOff) return undefined;
      return { media: camera.stream, consumerId: camera.consumerId };
    }
  }
}

/** What a small window shows: the stage's video, else any of another person, else one's own. */
export function featuredMedia(call: CallSnapshot, pin: Pin | undefined): TileMedia | undefined {
  const tiles = tilesOf(call);
  const stage = stageTile(tiles, call, pin);
  const candidates = stage === undefined ? tiles : [stage, ...tiles];
  return candidates.map((tile) => mediaOf(tile, call)).find((media) => media !== undefined);
}
