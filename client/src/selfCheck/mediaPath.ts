import type { Request } from '../transport/mediaTransports.js';
import { answerSdp, fingerprintOf, midOf } from './answerSdp.js';

/** Whether media gets to the server and back by one protocol. */
export interface MediaPath {
  readonly connected: boolean;
  /** `undefined` where it was not measured. */
  readonly roundTripMs: number | undefined;
}

const LIMIT_MS = 8_000;
const STATS_LOOKS = 10;
const STATS_INTERVAL_MS = 100;
const NO_PATH: MediaPath = { connected: false, roundTripMs: undefined };

/**
 * Opens a peer connection with the server over one protocol, through ICE and
 * DTLS, exactly as a call does, and closes it again.
 *
 * @throws ClientError as `request` does
 */
export async function checkMediaPath(
  request: Request,
  protocol: 'udp' | 'tcp',
  signal: AbortSignal,
): Promise<MediaPath> {
  const connection = new RTCPeerConnection();
  try {
    connection.createDataChannel('check');
    const offer = await connection.createOffer();
    const sdp = offer.sdp ?? '';
    await connection.setLocalDescription(offer);
    const path = await request({
      type: 'checkPath',
      protocol,
      dtlsParameters: {
        role: 'client',
        fingerprints: [{ algorithm: 'sha-256', value: fingerprintOf(sdp) }],
      },
    });
    await connection.setRemoteDescription({ type: 'answer', sdp: answerSdp(path, midOf(sdp)) });
    if (!(await connects(connection, signal))) return NO_PATH;
    return { connected: true, roundTripMs: await readRoundTrip(connection) };
  } finally {
    connection.close();
  }
}

function connects(connection: RTCPeerConnection, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(false), LIMIT_MS);
    const settle = (connected: boolean) => {
      clearTimeout(limit);
      resolve(connected);
    };
    signal.addEventListener('abort', () => settle(false), { once: true });
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'connected') settle(true);
      if (connection.connectionState === 'failed') settle(false);
    };
  });
}

/** The browser knows it a moment after the connection is up. */
async function readRoundTrip(connection: RTCPeerConnection): Promise<number | undefined> {
  for (let look = 0; look < STATS_LOOKS; look += 1) {
    for (const entry of (await connection.getStats()).values()) {
      const pair = entry as RTCIceCandidatePairStats;
      if (pair.type !== 'candidate-pair' || pair.nominated !== true) continue;
      if (pair.currentRoundTripTime !== undefined) return pair.currentRoundTripTime * 1000;
    }
    await new Promise((resolve) => setTimeout(resolve, STATS_INTERVAL_MS));
  }
  return undefined;
}
