import type { DecodedFrame, Decoder } from '@inncall/codec-core';
import { expect, test } from 'vitest';
import { WorkQueue } from '../workQueue.js';
import { Rehearsal } from './rehearsal.js';

function setUp() {
  const decoded: (number | undefined)[] = [];
  const work = new WorkQueue();
  const decoder: Decoder = {
    decode: ([first]) => {
      decoded.push(first);
      return Promise.resolve({} as DecodedFrame);
    },
    close: () => Promise.resolve(),
  };
  return { decoded, work, decoder, rehearsal: new Rehearsal(work, decoder) };
}

test('decodes in order', async () => {
  const { decoded, decoder, rehearsal } = setUp();
  await Promise.all([1, 2, 3].map((first) => rehearsal.play(Uint8Array.of(first))));
  expect(rehearsal.end()).toBe(decoder);
  expect(decoded).toEqual([1, 2, 3]);
});

test('what still waits when it ends does not keep the thread', async () => {
  const { decoded, work, rehearsal } = setUp();
  const played = [1, 2].map((first) => rehearsal.play(Uint8Array.of(first)));
  rehearsal.end();
  await Promise.all([...played, work.run(() => Promise.resolve())]);
  expect(decoded).toEqual([]);
});
