import { expect, test } from 'vitest';
import { cameraTarget, inventRoomName, parseUrlOptions } from './settings.js';

test('the address overrides the chosen quality', () => {
  const url = parseUrlOptions(
    '?room=a-b&bitrate=500&fps=15&width=320&height=180&codec=vp8&probe=1&layers=2&downlink=150',
  );
  expect(url.room).toBe('a-b');
  expect(url.vp8Only).toBe(true);
  expect(url.probe).toBe(true);
  expect(url.layers).toBe(2);
  expect(url.downlink).toBe(150_000);
  expect(cameraTarget('sharp', url)).toEqual({
    width: 320,
    height: 180,
    frameRate: 15,
    maxBitrate: 500_000,
  });
});

test('nonsense in the address counts as absent', () => {
  const url = parseUrlOptions('?room=../x&bitrate=-3&fps=many&transform=magic&layers=4');
  expect(url.room).toBeUndefined();
  expect(url.maxBitrate).toBeUndefined();
  expect(url.frameRate).toBeUndefined();
  expect(url.transform).toBeUndefined();
  expect(url.layers).toBeUndefined();
});

test('invented room names are room names', () => {
  for (const value of [0, 0.5, 0.999_999]) {
    expect(parseUrlOptions(`?room=${inventRoomName(() => value)}`).room).toBeDefined();
  }
});
