import { expect, test } from 'vitest';
import { soundBitrateFor, USUAL_SOUND_BITRATE } from './soundBitrate.js';

test('sound takes less of a narrow link, and does not change its mind over little', () => {
  const estimates = [300_000, 200_000, 170_000, 200_000, 239_000, 250_000, 200_000];
  let bitrate = USUAL_SOUND_BITRATE;
  const taken = estimates.map((estimate) => (bitrate = soundBitrateFor(estimate, bitrate)));
  const [usual, , narrow] = taken;
  expect(narrow).toBeLessThan(0.7 * USUAL_SOUND_BITRATE);
  expect(taken).toEqual([usual, usual, narrow, narrow, narrow, usual, usual]);
});
