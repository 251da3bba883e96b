import { i420Size } from '@inncall/codec-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scaleI420 } from '../capture/pixels.js';
import { codeLevels, drawTimeCode, readTimeCode } from './timeCode.js';

const time = fc.integer({ min: 0, max: 2 ** 44 }).map((ticks) => ticks / 10);
const WIDTH = 160;
const HEIGHT = 90;

function marked(ms: number, width = WIDTH, height = HEIGHT) {
  const data = new Uint8Array((width * height * 3) / 2).fill(90);
  const picture = { width, height, data };
  drawTimeCode(picture, ms);
  return picture;
}

describe('time code', () => {
  test('is read as it was drawn, from a time that is roughly known', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: -50_000, max: 50_000 }), (ms, away) => {
        expect(readTimeCode(codeLevels(marked(ms)), ms + away)).toBeCloseTo(ms, 5);
      }),
    );
  });

  test('survives noise and shrinking to 3/8', () => {
    const size = { width: 320, height: 180 };
    const small = { width: 120, height: 68 };
    fc.assert(
      fc.property(time, fc.integer(), (ms, seed) => {
        let noise = seed;
        const picture = marked(ms, size.width, size.height);
        const noisy = picture.data.map((level) => {
          noise = (Math.imul(noise, 1103515245) + 12345) & 0x7fffffff;
          return Math.min(255, Math.max(0, level + (noise >> 24) - 64));
        });
        const data = scaleI420(
          { ...size, data: noisy },
          small,
          new Uint8Array(i420Size(small.width, small.height)),
        );
        expect(readTimeCode(codeLevels({ ...small, data }), ms)).toBeCloseTo(ms, 5);
      }),
      { numRuns: 25 },
    );
  });

  test('up to three wrong cells are found', () => {
    const wrong = fc.uniqueArray(fc.integer({ min: 0, max: 31 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(time, wrong, (ms, cells) => {
        const levels = codeLevels(marked(ms)).map((level, cell) =>
          cells.includes(cell) ? 251 - level : level,
        );
        expect(readTimeCode(levels, ms)).toBeUndefined();
      }),
    );
  });

  test('a picture without a code has none', () => {
    for (const level of [0, 16, 90, 128, 235, 255]) {
      expect(readTimeCode(new Array<number>(32).fill(level), 1e12)).toBeUndefined();
    }
    expect(readTimeCode([], 0)).toBeUndefined();
  });
});
