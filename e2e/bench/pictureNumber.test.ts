import { expect, test } from 'vitest';
import { MAX_NUMBER, readNumber, stripTop, writeNumber } from './pictureNumber.js';

test.each([
  [640, 360],
  [320, 180],
])('every code is read from a picture of %d×%d', (width, height) => {
  const picture = new Uint8Array((width * height * 3) / 2).fill(90);
  const y = stripTop(height) + 2;
  for (let code = 0; code <= MAX_NUMBER; code++) {
    writeNumber(picture, { width, height }, code);
    expect(readNumber(picture.subarray(y * width, (y + 1) * width))).toBe(code);
  }
});

test('leaves the picture above the strip alone, and sees where nothing is written', () => {
  const size = { width: 320, height: 180 };
  const picture = new Uint8Array((320 * 180 * 3) / 2).fill(90);
  writeNumber(picture, size, 5);
  expect(picture.subarray(0, stripTop(180) * 320).every((value) => value === 90)).toBe(true);
  expect(readNumber(picture.subarray(0, 320))).toBeUndefined();
});
