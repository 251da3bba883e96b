import { expect, test } from 'vitest';
import { judgeReception, judgeUplink } from './connectionQuality.js';

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

const link = { rttMs: 30, lossFraction: 0 };
const picture = { limitedBy: 'none', videoPaused: false } as const;

test.each([
  ['good', link, picture],
  ['good', link, undefined],
  ['unknown', undefined, picture],
  ['poor', link, { ...picture, videoPaused: true }],
  ['poor', { ...link, lossFraction: 0.2 }, picture],
  ['poor', { ...link, rttMs: 900 }, picture],
  ['fair', { ...link, lossFraction: 0.05 }, picture],
  ['fair', { ...link, rttMs: 300 }, picture],
  ['fair', link, { ...picture, limitedBy: 'network' as const }],
  ['fair', link, { ...picture, limitedBy: 'cpu' as const }],
])('uplink %s', (level, report, sent) => {
  expect(judgeUplink(report, sent).level).toBe(level);
});
