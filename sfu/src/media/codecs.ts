import { getSupportedRtpCapabilities } from 'mediasoup';
import type {
  RouterRtpCodecCapability,
  RtpCapabilities,
  RtpHeaderExtensionUri,
  RtpParameters,
} from 'mediasoup/types';
import type * as protocol from '../protocol/index.js';

/**
 * Codecs of every router. INN travels in the payload of a tiny VP8 track (VP9 works too), so the
 * router needs no codec of its own for it. Header extensions come with the router, among them
 * abs-capture-time and transport-wide congestion control.
 */
export const mediaCodecs: RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90000, parameters: { 'profile-id': 0 } },
];

const supportedExtensions = new Set<string>(
  getSupportedRtpCapabilities().headerExtensions?.map((extension) => extension.uri),
);

/** Keeps the header extensions that mediasoup knows; a browser may name others. */
function supported<T extends { uri: string }>(
  extensions: readonly T[] | undefined,
): (T & { uri: RtpHeaderExtensionUri })[] {
  return (extensions ?? []).filter((extension): extension is T & { uri: RtpHeaderExtensionUri } =>
    supportedExtensions.has(extension.uri),
  );
}

export function toMediasoupCapabilities(capabilities: protocol.RtpCapabilities): RtpCapabilities {
  return { ...capabilities, headerExtensions: supported(capabilities.headerExtensions) };
}

export function toMediasoupParameters(parameters: protocol.RtpParameters): RtpParameters {
  return { ...parameters, headerExtensions: supported(parameters.headerExtensions) };
}
