import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PresentationQueue } from './presentationQueue.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const shown: [item: number, at: number][] = [];
  const start = Date.now();
  const now = () => Date.now() - start;
  const queue = new PresentationQueue<number>(now, (item) => shown.push([item, now()]));
  return { queue, shown };
}

test('what is due or late is shown at once', () => {
  const { queue, shown } = setUp();
  queue.push(1, -50);
  queue.push(2, 0);
  expect(shown).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

test('the rest waits, in its order', () => {
  const { queue, shown } = setUp();
  queue.push(1, 30);
  queue.push(2, 20);
  queue.push(3, 60);
  vi.advanceTimersByTime(100);
  expect(shown).toEqual([
    [1, 30],
    [2, 30],
    [3, 60],
  ]);
});

test('a closed queue shows nothing more', () => {
  const { queue, shown } = setUp();
  queue.push(1, 30);
  queue.close();
  vi.advanceTimersByTime(100);
  expect(shown).toEqual([]);
});
