import { expect, test } from 'vitest';
import { answerSdp, fingerprintOf, midOf } from './answerSdp.js';

const path = {
  iceParameters: { usernameFragment: 'user', password: 'secret', iceLite: true },
  iceCandidates: [
    {
      foundation: 'tcpcandidate',
      priority: 1_076_302_079,
      ip: '192.0.2.1',
      address: '192.0.2.1',
      protocol: 'tcp' as const,
      port: 44_444,
      type: 'host' as const,
      tcpType: 'passive' as const,
    },
  ],
  dtlsParameters: { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA:BB' }] },
};

test('the answer names the way to the server and leaves the DTLS client to us', () => {
  const lines = answerSdp(path, 'x').split('\r\n');
  expect(lines).toContain('a=mid:x');
  expect(lines).toContain('a=ice-ufrag:user');
  expect(lines).toContain('a=ice-pwd:secret');
  expect(lines).toContain('a=fingerprint:sha-256 AA:BB');
  expect(lines).toContain('a=setup:passive');
  expect(lines).toContain(
    'a=candidate:tcpcandidate 1 tcp 1076302079 192.0.2.1 44444 typ host tcptype passive',
  );
  expect(lines.at(-1)).toBe('');
});

test('reads what is needed of an offer', () => {
  const offer = 'v=0\r\na=fingerprint:sha-256 12:34\r\nm=application 9\r\na=mid:7\r\n';
  expect(fingerprintOf(offer)).toBe('12:34');
  expect(midOf(offer)).toBe('7');
  expect(() => fingerprintOf('v=0')).toThrow('no sha-256');
});
