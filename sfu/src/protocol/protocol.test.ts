import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LIMITS,
  errorCodeSchema,
  feedbackReportSchema,
  notificationSchema,
  parseAck,
  requestSchema,
  responseSchemas,
  type FeedbackReport,
  type Request,
} from './index.js';

const report: FeedbackReport = {
  acknowledged: [1, 2],
  lost: [],
  needsKeyFrame: false,
  arrivals: [{ sequence: 3, tripMs: 41.5 }],
};

/** One valid message of every request type. */
const valid: Request[] = [
  { type: 'hello', protocolVersion: 1 },
  {
    type: 'checkPath',
    protocol: 'udp',
    dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }] },
  },
  {
    type: 'join',
    roomId: 'daily_stand-up1',
    displayName: 'Ada',
    rtpCapabilities: {
      codecs: [
        {
          kind: 'video',
          mimeType: 'video/VP8',
          preferredPayloadType: 96,
          clockRate: 90000,
          parameters: { apt: 96 },
        },
      ],
      headerExtensions: [
        {
          kind: 'video',
          uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
          preferredId: 13,
        },
      ],
    },
    decodes: ['inn', 'vp8'],
    session: { token: 'secret', keepMedia: true },
  },
  { type: 'leave' },
  { type: 'createTransport', direction: 'send', forceTcp: true },
  {
    type: 'connectTransport',
    transportId: 't',
    dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }] },
  },
  { type: 'restartIce', transportId: 't' },
  {
    type: 'produce',
    transportId: 't',
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90000 }],
      encodings: [{ ssrc: 1, maxBitrate: 1e6 }],
    },
    appData: { source: 'camera', codec: 'inn', width: 640, height: 360, layer: 2 },
  },
  { type: 'closeProducer', producerId: 'p' },
  { type: 'pauseProducer', producerId: 'p' },
  { type: 'resumeProducer', producerId: 'p' },
  { type: 'resumeConsumer', consumerId: 'c' },
  {
    type: 'setConsumerPreferences',
    consumerId: 'c',
    width: 640,
    height: 360,
    paused: false,
    priority: 1,
  },
  {
    type: 'offerLayers',
    source: 'camera',
    codec: 'inn',
    layers: [{ layer: 2, width: 640, height: 360, maxBitrate: 1e6 }],
    stopped: false,
  },
  { type: 'layerShown', consumerId: 'c' },
  { type: 'limitDownlink', maxBitrate: 300_000 },
  { type: 'requestKeyFrame', consumerId: 'c' },
  { type: 'setDecodes', decodes: ['vp8'] },
  { type: 'setCompareMode', enabled: true },
  { type: 'feedback', consumerId: 'c', report },
  { type: 'sourceSamples', consumerId: 'c', drawnAt: 1234.5 },
  { type: 'chat', text: 'hello' },
  { type: 'raiseHand', raised: true },
  { type: 'clockSync', t0: 1.5 },
  {
    type: 'reportStats',
    latency: [{ stage: 'captureToDisplay', codec: 'inn', samplesMs: [40.5] }],
    freezes: 0,
    repairs: [{ by: 'retransmission', ms: 40 }],
  },
];

describe('requestSchema', () => {
  it('has an example of every request here', () => {
    expect(new Set(valid.map(({ type }) => type))).toEqual(new Set(Object.keys(responseSchemas)));
  });

  it.each(valid.map((request) => [request.type, request] as const))(
    'round-trips %s through JSON unchanged',
    (_type, request) => {
      expect(requestSchema.parse(JSON.parse(JSON.stringify(request)))).toEqual(request);
    },
  );

  it('drops fields that it does not know', () => {
    expect(requestSchema.parse({ type: 'leave', admin: true })).toEqual({ type: 'leave' });
  });

  it('never throws and never accepts what has no known type', () => {
    const types = new Set(Object.keys(responseSchemas));
    fc.assert(
      fc.property(fc.anything(), (message) => {
        const { success } = requestSchema.safeParse(message);
        const type: unknown =
          typeof message === 'object' && message !== null && 'type' in message
            ? message.type
            : undefined;
        expect(success && !types.has(String(type))).toBe(false);
      }),
    );
  });

  it('rejects each request with any one field replaced by null', () => {
    for (const request of valid) {
      for (const field of Object.keys(request)) {
        // null is how `limitDownlink` says that there is no limit.
        const broken = { ...request, [field]: field === 'maxBitrate' ? 'much' : null };
        expect(requestSchema.safeParse(broken).success, `${request.type}.${field}`).toBe(false);
      }
    }
  });

  it.each([
    ['an empty room id', { roomId: '' }],
    ['a room id that is no part of a link', { roomId: 'a/b' }],
    ['a long room id', { roomId: 'a'.repeat(LIMITS.roomId + 1) }],
    ['a name of blanks', { displayName: '   ' }],
    ['a long name', { displayName: 'a'.repeat(LIMITS.displayName + 1) }],
    ['a codec twice', { decodes: ['vp8', 'vp8'] }],
    ['no codec', { decodes: [] }],
  ])('join: rejects %s', (_what, change) => {
    const join = valid.find(({ type }) => type === 'join');
    expect(requestSchema.safeParse({ ...join, ...change }).success).toBe(false);
  });

  it('bounds lists and text', () => {
    const many = Array.from({ length: LIMITS.feedbackFrames + 1 }, (_, id) => id);
    expect(feedbackReportSchema.safeParse({ ...report, acknowledged: many }).success).toBe(false);
    const text = 'x'.repeat(LIMITS.chatText + 1);
    expect(requestSchema.safeParse({ type: 'chat', text }).success).toBe(false);
  });

  it('fits sound to sound: a microphone has no picture size and no video codec', () => {
    const produce = valid.find(({ type }) => type === 'produce');
    const broken = { ...produce, appData: { source: 'mic', codec: 'vp8' } };
    expect(requestSchema.safeParse(broken).success).toBe(false);
  });
});

describe('parseAck', () => {
  it('returns the data of the request type', () => {
    const data = { t0: 1, t1: 2, t2: 3 };
    expect(parseAck('clockSync', { ok: true, data })).toEqual({ ok: true, data });
  });

  it('returns the error of a refused request', () => {
    const answer = { ok: false, error: { code: 'room-full', message: 'come back later' } };
    expect(parseAck('join', answer)).toEqual(answer);
  });

  it.each([undefined, {}, { ok: true }, { ok: true, data: { t0: 1 } }, { ok: false, error: 'x' }])(
    'throws on %j',
    (answer) => {
      expect(() => parseAck('clockSync', answer)).toThrow();
    },
  );
});

describe('notificationSchema', () => {
  it('rejects unknown and incomplete notifications', () => {
    expect(notificationSchema.safeParse({ type: 'peerJoined' }).success).toBe(false);
    expect(notificationSchema.safeParse({ type: 'reboot' }).success).toBe(false);
    expect(notificationSchema.safeParse({ type: 'vp8Wanted', wanted: true }).success).toBe(true);
  });
});

describe('docs/PROTOCOL.md', () => {
  const page = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  const names = [
    ...Object.keys(responseSchemas),
    ...notificationSchema.options.map(({ shape }) => shape.type.value),
    ...errorCodeSchema.options,
    ...Object.keys(feedbackReportSchema.shape),
  ];

  it.each(names)('describes %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\|.*\`${name}\\??\``, 'm'));
  });
});
