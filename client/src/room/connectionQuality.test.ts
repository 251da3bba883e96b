import { expect, test } from 'vitest';
import { judgeReception } from './connectionQuality.js';

const fine = { missingShare: 0, freezes: 0, latencyMs: 60, framesShown: 100 };

test.each([
  ['good', fine],
  ['unknown', undefined],
  ['unknown', { ...fine, framesShown: 0 }],
  ['fair', { ...fine, missingShare: 0.02 }],
  ['poor', { ...fine, missingShare: 0.1 }],
  ['fair', { ...fine, freezes: 1 }],
  ['poor', { ...fine, freezes: 3 }],
  ['fair', { ...fine, latencyMs: 300 }],
  ['poor', { ...fine, latencyMs: 900 }],
])('%s', (level, report) => {
  expect(judgeReception(report).level).toBe(level);
});
