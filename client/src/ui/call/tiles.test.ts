import { describe, expect, test } from 'vitest';
import type { CallSnapshot, RemotePeer, RemoteVideo } from '../../room/callSnapshot.js';
import { featuredMedia, isPinned, stageTile, tilesOf } from './tiles.js';

const video = (consumerId: string): RemoteVideo => ({
  consumerId,
  source: 'camera',
  codec: 'inn',
  stream: { id: consumerId } as MediaStream,
  paused: undefined,
  exact: false,
});

const peer = (id: string, displayName: string, part: Partial<RemotePeer> = {}): RemotePeer => ({
  id,
  displayName,
  connection: 'connected',
  handRaised: false,
  micMuted: false,
  cameraOff: false,
  camera: video(`${id}-video`),
  screen: undefined,
  compared: undefined,
  vp8Reason: undefined,
  quality: { level: 'good', reason: '' },
  ...part,
});

const call = (peers: readonly RemotePeer[], activeSpeaker?: string): CallSnapshot => ({
  phase: 'in-call',
  room: 'room',
  local: {
    peerId: 'me',
    displayName: 'Me',
    micOn: true,
    handRaised: false,
    camera: undefined,
    screen: undefined,
    quality: { level: 'good', reason: '' },
    videoPaused: false,
    vp8Reason: undefined,
  },
  peers,
  activeSpeaker,
  chat: [],
  joinedAt: 0,
  error: undefined,
});

const ann = peer('a', 'Ann');
const bob = peer('b', 'Bob');

describe('the stage', () => {
  const staged = (snapshot: CallSnapshot, pin?: { key: string; label: string }) =>
    stageTile(tilesOf(snapshot), snapshot, pin)?.key;

  test('shows whom a person pinned, before a screen, before who speaks', () => {
    const shared = peer('b', 'Bob', { screen: { ...video('s'), source: 'screen' } });
    expect(staged(call([ann, shared], 'a'), { key: 'a', label: 'Ann' })).toBe('a');
    expect(staged(call([ann, shared], 'a'))).toBe('b-screen');
    expect(staged(call([ann, bob], 'b'))).toBe('b');
    expect(staged(call([ann, bob]))).toBe('a');
    expect(staged(call([]))).toBe('self');
  });

  test('finds a pinned person again under another identity', () => {
    const pin = { key: 'old', label: 'Bob' };
    const snapshot = call([ann, bob]);
    expect(staged(snapshot, pin)).toBe('b');
    expect(tilesOf(snapshot).filter((tile) => isPinned(tile, snapshot, pin))).toHaveLength(1);
  });
});

test('the small window shows the stage, or whoever has a picture', () => {
  expect(featuredMedia(call([ann, bob], 'b'), undefined)?.consumerId).toBe('b-video');
  const dark = peer('b', 'Bob', { cameraOff: true });
  expect(featuredMedia(call([dark, ann], 'b'), undefined)?.consumerId).toBe('a-video');
  expect(featuredMedia(call([dark]), undefined)).toBeUndefined();
});
