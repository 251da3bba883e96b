import type { DecodedFrame } from '@inncall/codec-core';
import { expect, test } from 'vitest';
import { WorkQueue } from '../workQueue.js';
import { Rehearsal } from './rehearsal.js';

function setUp() {
  const log: string[] = [];
  const work = new WorkQueue();
  let made = 0;
  const rehearsal = new Rehearsal(work, () => {
    const name = String((made += 1));
    return {
      decode: ([first]: Uint8Array) => {
        log.push(`${name}: ${String(first)}`);
        return Promise.resolve({} as DecodedFrame);
      },
      close: () => {
        log.push(`${name} closed`);
        return Promise.resolve();
      },
    };
  });
  return { log, work, rehearsal };
}

test('decodes in order with one decoder, until it is over', async () => {
  const { log, rehearsal } = setUp();
  for (const first of [1, 2, 3]) void rehearsal.play(Uint8Array.of(first));
  await new Promise((resolve) => setTimeout(resolve));
  await rehearsal.close();
  await rehearsal.play(Uint8Array.of(4));
  expect(log).toEqual(['1: 1', '1: 2', '1: 3', '1 closed', '2: 4']);
});

test('what still waits when it closes does not keep the thread', async () => {
  const { log, work, rehearsal } = setUp();
  let finish!: () => void;
  void work.run(() => new Promise<void>((resolve) => (finish = resolve)));
  await new Promise((resolve) => setTimeout(resolve));
  const played = [1, 2].map((first) => rehearsal.play(Uint8Array.of(first)));
  const closed = rehearsal.close();
  finish();
  await Promise.all([...played, closed]);
  expect(log).toEqual([]);
});
