import { PROTOCOL_VERSION } from '@inncall/sfu/protocol';
import type { types } from 'mediasoup-client';
import { withAbsCaptureTime } from '../transport/absCaptureTime.js';
import { loadDevice } from '../transport/mediaTransports.js';
import { SignalingClient } from './signalingClient.js';

/** A signalling connection and what this browser can do with its server. */
export interface ServerConnection {
  readonly signaling: SignalingClient;
  readonly device: types.Device;
  /** What this client receives, as it tells the server. */
  readonly rtpCapabilities: types.RtpCapabilities;
}

/**
 * Connects and says hello; the join page does it in advance.
 *
 * @param device of an earlier connection: it serves all rooms of a server
 * @throws ClientError 'server-gone', 'server-refused', 'unsupported-browser'
 */
export async function connectToServer(device?: types.Device): Promise<ServerConnection> {
  const signaling = await SignalingClient.connect();
  try {
    const hello = await signaling.request({ type: 'hello', protocolVersion: PROTOCOL_VERSION });
    const loaded = device ?? (await loadDevice(hello.routerRtpCapabilities));
    return {
      signaling,
      device: loaded,
      rtpCapabilities: withAbsCaptureTime(loaded.recvRtpCapabilities, hello.routerRtpCapabilities),
    };
  } catch (cause) {
    signaling.close();
    throw cause;
  }
}
