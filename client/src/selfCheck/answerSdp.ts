import type { ResponseOf } from '@inncall/sfu/protocol';

/**
 * What the server would answer to an offer of one data channel: a peer
 * connection with this answer runs ICE and DTLS with the server.
 *
 * @param mid of the offer's only section
 * @see RFC 8839 (candidates), RFC 8841 (data channel section)
 */
export function answerSdp(path: ResponseOf<'checkPath'>, mid: string): string {
  const { iceParameters, iceCandidates, dtlsParameters } = path;
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${mid}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...dtlsParameters.fingerprints.map(
      ({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`,
    ),
    'a=setup:passive',
    'a=sctp-port:5000',
    ...iceCandidates.map(
      ({ foundation, protocol, priority, address, port, type, tcpType }) =>
        `a=candidate:${foundation} 1 ${protocol} ${String(priority)} ${address} ${String(port)} ` +
        `typ ${type}${tcpType === undefined ? '' : ` tcptype ${tcpType}`}`,
    ),
    'a=end-of-candidates',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** SHA-256 fingerprint of an offer's certificate. @throws Error where there is none */
export function fingerprintOf(sdp: string): string {
  const value = /^a=fingerprint:sha-256 (\S+)/m.exec(sdp)?.[1];
  if (value === undefined) throw new Error('The offer has no sha-256 fingerprint.');
  return value;
}

/** Identification of an offer's first section. */
export function midOf(sdp: string): string {
  return /^a=mid:(\S+)/m.exec(sdp)?.[1] ?? '0';
}
