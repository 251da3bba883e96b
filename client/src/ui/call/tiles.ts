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

/** The tile on the stage: what is pinned, else a screen, else who speaks, else anybody. */
export function stageTile(
  tiles: readonly Tile[],
  pinned: string | undefined,
  speaker: string | undefined,
): Tile | undefined {
  return (
    tiles.find(({ key }) => key === pinned) ??
    tiles.find(({ kind }) => kind === 'screen') ??
    tiles.find(({ key }) => key === speaker) ??
    tiles.find(({ kind }) => kind === 'peer') ??
    tiles[0]
  );
}
