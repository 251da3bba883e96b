import type { types } from 'mediasoup-client';

/** RTP header extension with the sender's time of capture (abs-capture-time, version 1). */
const URI = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

interface HeaderExtension {
  readonly uri: string;
  direction: RTCRtpTransceiverDirection;
}

/** WebRTC extensions, section 5.2; Chromium has it. */
interface NegotiatingTransceiver {
  getHeaderExtensionsToNegotiate?(): HeaderExtension[];
  setHeaderExtensionsToNegotiate?(extensions: readonly HeaderExtension[]): void;
}

/**
 * Offers abs-capture-time for what this sender sends; browsers have it switched
 * off. To be called before the offer is made, inside `onRtpSender`.
 *
 * mediasoup-client's own option gives the extension a number that collides
 * with other media of the transport, so the browser is asked to number it.
 * Where the peer connection cannot be reached, nothing happens.
 */
export function offerAbsCaptureTime(transport: types.Transport, sender: RTCRtpSender): void {
  const connection: unknown = Reflect.get(transport.handler, '_pc');
  if (!(connection instanceof RTCPeerConnection)) return;
  const transceiver = connection.getTransceivers().find((own) => own.sender === sender) as
    NegotiatingTransceiver | undefined;
  const extensions = transceiver?.getHeaderExtensionsToNegotiate?.();
  const wanted = extensions?.find(({ uri }) => uri === URI);
  if (extensions === undefined || wanted === undefined) return;
  wanted.direction = 'sendrecv';
  transceiver?.setHeaderExtensionsToNegotiate?.(extensions);
}

/**
 * What this browser receives, with abs-capture-time where the server knows it:
 * browsers accept it in an offer, but do not announce it.
 */
export function withAbsCaptureTime(
  own: types.RtpCapabilities,
  server: types.RtpCapabilities,
): types.RtpCapabilities {
  const known = (server.headerExtensions ?? []).filter(({ uri }) => uri === URI);
  const others = (own.headerExtensions ?? []).filter(({ uri }) => uri !== URI);
  return { ...own, headerExtensions: [...others, ...known] };
}
