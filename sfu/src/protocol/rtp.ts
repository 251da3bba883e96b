/**
 * RTP, ICE and DTLS descriptions, in the shapes of mediasoup and mediasoup-client (W3C ORTC).
 * Their meaning is checked by mediasoup; here sizes and types are.
 */
import { z } from 'zod';

const ssrc = z.int().min(0).max(0xffff_ffff);
const bitrate = z.number().min(0).max(1e9);
const payloadType = z.int().min(0).max(127);
const shortText = z.string().max(128);

/** Codec or extension parameters: at most 32 primitive values. */
const parametersSchema = z
  .record(z.string().max(64), z.unknown())
  .refine(
    (parameters) =>
      Object.keys(parameters).length <= 32 &&
      Object.values(parameters).every((value) =>
        typeof value === 'string'
          ? value.length <= 256
          : ['number', 'boolean', 'undefined'].includes(typeof value) || value === null,
      ),
    'at most 32 strings (up to 256 characters), numbers or booleans',
  );

export const mediaKindSchema = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof mediaKindSchema>;

const rtcpFeedbackSchema = z.object({ type: shortText, parameter: shortText.exactOptional() });

const headerExtensionUriSchema = z.enum([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'urn:ietf:params:rtp-hdrext:toffset',
  'urn:3gpp:video-orientation',
  'urn:mediasoup:params:rtp-hdrext:packet-id',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
]);

/** What an endpoint can send or receive. */
export const rtpCapabilitiesSchema = z.object({
  codecs: z
    .array(
      z.object({
        kind: mediaKindSchema,
        mimeType: shortText,
        preferredPayloadType: payloadType,
        clockRate: z.int().min(1).max(1e6),
        channels: z.int().min(1).max(255).exactOptional(),
        parameters: parametersSchema.exactOptional(),
        rtcpFeedback: z.array(rtcpFeedbackSchema).max(16).exactOptional(),
      }),
    )
    .max(64)
    .exactOptional(),
  headerExtensions: z
    .array(
      z.object({
        kind: mediaKindSchema,
        uri: headerExtensionUriSchema,
        preferredId: z.int().min(1).max(255),
        preferredEncrypt: z.boolean().exactOptional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
      }),
    )
    .max(64)
    .exactOptional(),
});
export type RtpCapabilities = z.infer<typeof rtpCapabilitiesSchema>;

/** One RTP stream group, as sent by a producer or received by a consumer. */
export const rtpParametersSchema = z.object({
  mid: z.string().max(32).exactOptional(),
  codecs: z
    .array(
      z.object({
        mimeType: shortText,
        payloadType,
        clockRate: z.int().min(1).max(1e6),
        channels: z.int().min(1).max(255).exactOptional(),
        parameters: parametersSchema.exactOptional(),
        rtcpFeedback: z.array(rtcpFeedbackSchema).max(16).exactOptional(),
      }),
    )
    .min(1)
    .max(32),
  headerExtensions: z
    .array(
      z.object({
        uri: headerExtensionUriSchema,
        id: z.int().min(1).max(255),
        encrypt: z.boolean().exactOptional(),
        parameters: parametersSchema.exactOptional(),
      }),
    )
    .max(32)
    .exactOptional(),
  encodings: z
    .array(
      z.object({
        ssrc: ssrc.exactOptional(),
        rid: z.string().max(16).exactOptional(),
        codecPayloadType: payloadType.exactOptional(),
        rtx: z.object({ ssrc }).exactOptional(),
        dtx: z.boolean().exactOptional(),
        scalabilityMode: z.string().max(16).exactOptional(),
        maxBitrate: bitrate.exactOptional(),
      }),
    )
    .max(4)
    .exactOptional(),
  rtcp: z
    .object({
      cname: shortText.exactOptional(),
      reducedSize: z.boolean().exactOptional(),
    })
    .exactOptional(),
});
export type RtpParameters = z.infer<typeof rtpParametersSchema>;

export const iceParametersSchema = z.object({
  usernameFragment: z.string().max(256),
  password: z.string().max(256),
  iceLite: z.boolean().exactOptional(),
});
export type IceParameters = z.infer<typeof iceParametersSchema>;

export const iceCandidateSchema = z.object({
  foundation: z.string().max(64),
  priority: z.int().min(0).max(0xffff_ffff),
  ip: z.string().max(256),
  address: z.string().max(256),
  protocol: z.enum(['udp', 'tcp']),
  port: z.int().min(0).max(65535),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  tcpType: z.enum(['active', 'passive', 'so']).exactOptional(),
});
export type IceCandidate = z.infer<typeof iceCandidateSchema>;

export const dtlsParametersSchema = z.object({
  role: z.enum(['auto', 'client', 'server']).exactOptional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().max(256),
      }),
    )
    .min(1)
    .max(8),
});
export type DtlsParameters = z.infer<typeof dtlsParametersSchema>;
