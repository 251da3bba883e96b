import { expect, it } from 'vitest';
import { isRetained } from './retention.js';

const heldAfter = (newest: number): number[] =>
  Array.from({ length: 256 }, (_, id) => id).filter((id) => isRetained(id, newest));

it('keeps twelve recent pictures and sparse older ones, also where the numbers wrap', () => {
  expect(heldAfter(250)).toEqual([
    160, 176, 192, 208, 224, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250,
  ]);
  expect(heldAfter(3)).toEqual([
    0, 1, 2, 3, 176, 192, 208, 224, 240, 248, 249, 250, 251, 252, 253, 254, 255,
  ]);
});

it('never takes back a picture that it had given up', () => {
  for (let age = 1; age < 255; age += 1) {
    for (const id of [32, 33]) {
      if (isRetained(id, (id + age + 1) % 256)) expect(isRetained(id, (id + age) % 256)).toBe(true);
    }
  }
});

it('bounds the number of pictures', () => {
  for (let newest = 0; newest < 256; newest += 1) {
    expect(heldAfter(newest).length).toBeLessThanOrEqual(18);
  }
});
