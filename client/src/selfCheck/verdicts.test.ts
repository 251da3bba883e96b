import { describe, expect, test } from 'vitest';
import { ClientError } from '../errors.js';
import type { LocalMediaState } from '../room/localMedia.js';
import { cameraTarget, parseUrlOptions } from '../settings.js';
import {
  CHECKING,
  judgeCamera,
  judgeConnection,
  judgeEncoder,
  judgeMicrophone,
  summarize,
} from './verdicts.js';

const track = (muted = false) =>
  ({
    muted,
    getSettings: () => ({ width: 640, height: 360, frameRate: 30 }),
  }) as unknown as MediaStreamTrack;

const media = (part: Partial<LocalMediaState>): LocalMediaState => ({
  camera: undefined,
  screen: undefined,
  mic: undefined,
  micOn: true,
  opening: false,
  cameraError: undefined,
  micError: undefined,
  ...part,
});

describe('camera', () => {
  test.each([
    ['good', media({ camera: track() })],
    ['bad', media({ camera: track(true) })],
    ['checking', media({ opening: true })],
    ['fair', media({})],
    ['bad', media({ cameraError: new ClientError('no-camera', 'No camera was found.') })],
  ])('%s', (level, state) => {
    expect(judgeCamera(state).level).toBe(level);
  });

  test('says the size', () => {
    expect(judgeCamera(media({ camera: track() })).text).toContain('640×360, 30 fps');
  });
});

describe('microphone', () => {
  test.each([
    ['good', media({ mic: track() }), true],
    ['fair', media({ mic: track() }), false],
    ['fair', media({ mic: track(), micOn: false }), true],
    ['checking', media({ opening: true }), false],
    ['bad', media({ micError: new ClientError('no-microphone', 'None was found.') }), false],
  ])('%s', (level, state, heard) => {
    expect(judgeMicrophone(state, heard).level).toBe(level);
  });
});

describe('connection', () => {
  const up = (roundTripMs?: number) => ({ connected: true, roundTripMs });
  const down = { connected: false, roundTripMs: undefined };
  test.each([
    ['good', 'UDP and TCP, 12 ms', up(12), up(13)],
    ['good', 'UDP.', up(), down],
    ['fair', 'Slow', up(400), up(400)],
    ['fair', 'Only TCP', down, up(20)],
    ['bad', 'do not get through', down, down],
  ])('%s: %s', (level, text, udp, tcp) => {
    const verdict = judgeConnection(udp, tcp);
    expect(verdict.level).toBe(level);
    expect(verdict.text).toContain(text);
  });
});

test.each([
  ['good', 12],
  ['fair', 28],
  ['bad', 60],
])('an encoder that needs the time is %s', (level, frameMs) => {
  const target = cameraTarget('auto', parseUrlOptions(''));
  expect(judgeEncoder({ keyFrameMs: 50, frameMs }, target).level).toBe(level);
});

test('the worst verdict decides the summary', () => {
  const good = { level: 'good', text: '' } as const;
  expect(summarize([good, good])).toBe('All set.');
  expect(summarize([good, { level: 'fair', text: '' }])).toContain('remark');
  expect(summarize([good, { level: 'bad', text: '' }])).toContain('attention');
  expect(summarize([CHECKING, { level: 'bad', text: '' }])).toContain('Checking');
});
