import { expect, test } from 'vitest';
import { PlainReception } from './plainReception.js';

const stats = (part: object) => part as RTCInboundRtpStreamStats;

test('reports what happened since the look before', () => {
  const reception = new PlainReception();
  expect(reception.look(stats({ packetsReceived: 100, packetsLost: 5 }))).toBeUndefined();
  expect(
    reception.look(
      stats({ packetsReceived: 190, packetsLost: 15, freezeCount: 2, framesDecoded: 40 }),
    ),
  ).toEqual({ missingShare: 0.1, freezes: 2, latencyMs: undefined, framesShown: 40 });
});

test('knows nothing without a stream', () => {
  const reception = new PlainReception();
  reception.look(stats({ packetsReceived: 1 }));
  expect(reception.look(undefined)).toBeUndefined();
});
