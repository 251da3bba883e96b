import { beforeEach, expect, test } from 'vitest';
import { ShownTrack } from './shownTrack.js';

let written: string[];
let shown: [string, number][];
let track: ShownTrack<string>;

beforeEach(() => {
  written = [];
  shown = [];
  track = new ShownTrack({
    write: (picture) => written.push(picture),
    onShown: (consumerId, gapMs) => shown.push([consumerId, gapMs]),
  });
});

/** A picture `name` of layer `name[0]`, shown 50 ms after its capture. */
const show = (name: string, captureTime: number) =>
  track.show(name.slice(0, 1), name, captureTime, captureTime + 50);

test('shows the first layer from its first picture on', () => {
  track.prefer('a');
  show('a1', 0);
  show('a2', 40);
  expect(written).toEqual(['a1', 'a2']);
  expect(shown).toEqual([['a', 0]]);
});

test('keeps the old layer until the new one has a picture, then shows that one alone', () => {
  track.prefer('a');
  show('a1', 0);
  track.prefer('b');
  show('a2', 40);
  show('b3', 80);
  show('a3', 80);
  show('b4', 120);
  expect(written).toEqual(['a1', 'a2', 'b3', 'b4']);
  expect(shown).toEqual([
    ['a', 0],
    ['b', 40],
  ]);
});

test('never steps back in time', () => {
  track.prefer('a');
  show('a3', 80);
  track.prefer('b');
  show('b2', 40);
  show('a4', 120);
  show('b5', 160);
  expect(written).toEqual(['a3', 'a4', 'b5']);
});

test('tells it again when a layer that stood still is preferred anew; a pause on purpose is no gap', () => {
  track.prefer('a');
  show('a1', 0);
  track.standStill('a');
  track.prefer('b');
  show('b9', 5000);
  track.prefer('a');
  show('a10', 5040);
  expect(shown).toEqual([
    ['a', 0],
    ['b', 0],
    ['a', 40],
  ]);
});

test('ignores a layer that nobody prefers', () => {
  track.prefer('a');
  show('b1', 0);
  expect(written).toEqual([]);
});
