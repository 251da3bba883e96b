import { expect, test } from 'vitest';
import { PictureMemory } from './pictureMemory.js';

test('memory that nobody uses comes again, what is in use does not', () => {
  const memory = new PictureMemory();
  const first = memory.take(96, new Set());
  const second = memory.take(96, new Set([first]));
  expect(second).not.toBe(first);
  expect(memory.take(96, new Set([second]))).toBe(first);
  expect(memory.take(96, new Set([first, second]))).not.toBe(first);
});

test('each size has its own, and old pieces are let go', () => {
  const memory = new PictureMemory();
  const first = memory.take(96, new Set());
  for (let bytes = 100; bytes < 120; bytes += 1) {
    expect(memory.take(bytes, new Set())).toHaveLength(bytes);
  }
  expect(memory.take(96, new Set())).not.toBe(first);
});
