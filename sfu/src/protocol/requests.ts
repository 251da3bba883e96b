/** Requests of a client and their answers. Each is acknowledged exactly once. */
import { z } from 'zod';
import { LIMITS } from './limits.js';
import {
  chatMessageSchema,
  decodesSchema,
  displayNameSchema,
  feedbackReportSchema,
  idSchema,
  layerOfferSchema,
  latencySamplesSchema,
  peerInfoSchema,
  producerAppDataSchema,
  repairSchema,
  roomIdSchema,
  sourceSamplesSchema,
  videoCodecSchema,
  videoSourceSchema,
} from './model.js';
import {
  dtlsParametersSchema,
  iceCandidateSchema,
  iceParametersSchema,
  mediaKindSchema,
  rtpCapabilitiesSchema,
  rtpParametersSchema,
} from './rtp.js';

const directionSchema = z.enum(['send', 'recv']);
const empty = z.object({});
const pictureSide = z.int().min(0).max(LIMITS.pictureSide);

/** First message of a connection: may be sent while the join page is open. */
const hello = z.object({ type: z.literal('hello'), protocolVersion: z.int() });

/**
 * Opens a path of media without a room, for the self-check of a client: ICE and DTLS over one
 * protocol. An earlier one of this connection is closed; each ends by itself after a while.
 */
const checkPath = z.object({
  type: z.literal('checkPath'),
  protocol: z.enum(['udp', 'tcp']),
  /** Of the client, which is the DTLS client. */
  dtlsParameters: dtlsParametersSchema,
});

const join = z.object({
  type: z.literal('join'),
  roomId: roomIdSchema,
  displayName: displayNameSchema,
  /** Of the loaded mediasoup-client device. */
  rtpCapabilities: rtpCapabilitiesSchema,
  decodes: decodesSchema,
  /** Takes up the place of an earlier connection, within the grace period. */
  session: z
    .object({
      token: idSchema,
      /** The client still holds its transports; otherwise the server closes them. */
      keepMedia: z.boolean(),
    })
    .exactOptional(),
});

const leave = z.object({ type: z.literal('leave') });

/** Makes the transport of one direction; an earlier one of that direction is closed. */
const createTransport = z.object({
  type: z.literal('createTransport'),
  direction: directionSchema,
  /** Offer no UDP candidates. */
  forceTcp: z.boolean().exactOptional(),
});

const connectTransport = z.object({
  type: z.literal('connectTransport'),
  transportId: idSchema,
  dtlsParameters: dtlsParametersSchema,
});

const restartIce = z.object({ type: z.literal('restartIce'), transportId: idSchema });

const produce = z.object({
  type: z.literal('produce'),
  transportId: idSchema,
  kind: mediaKindSchema,
  rtpParameters: rtpParametersSchema,
  appData: producerAppDataSchema,
  paused: z.boolean().exactOptional(),
});

const closeProducer = z.object({ type: z.literal('closeProducer'), producerId: idSchema });
const pauseProducer = z.object({ type: z.literal('pauseProducer'), producerId: idSchema });
const resumeProducer = z.object({ type: z.literal('resumeProducer'), producerId: idSchema });

/** The client has set up the consumer of a `newConsumer`: let media flow. */
const resumeConsumer = z.object({ type: z.literal('resumeConsumer'), consumerId: idSchema });

const setConsumerPreferences = z.object({
  type: z.literal('setConsumerPreferences'),
  consumerId: idSchema,
  /** Device pixels of the tile; 0 × 0: unknown. */
  width: pictureSide,
  height: pictureSide,
  /** Nobody sees it: send nothing. */
  paused: z.boolean(),
  /** Share of a short downlink, 1 (least) to 255. */
  priority: z.int().min(1).max(255),
});

/**
 * The layers that this client codes if the server asks for them by `layersWanted`; replaces an
 * earlier offer. Sent before the first producer of the source in this codec, and when it changes.
 */
const offerLayers = z.object({
  type: z.literal('offerLayers'),
  source: videoSourceSchema,
  codec: videoCodecSchema,
  /** Each `layer` once. */
  layers: z
    .array(layerOfferSchema)
    .min(1)
    .max(LIMITS.layers)
    .refine(
      (layers) => new Set(layers.map(({ layer }) => layer)).size === layers.length,
      'each layer at most once',
    ),
  /** The sender's link carries only sound at present. */
  stopped: z.boolean(),
});

/** The first picture of this layer since it began to flow is shown: the layer before it may end. */
const layerShown = z.object({ type: z.literal('layerShown'), consumerId: idSchema });

/** Send this client no more than that, sound included; null: as much as its link carries. */
const limitDownlink = z.object({
  type: z.literal('limitDownlink'),
  maxBitrate: z.number().min(0).max(1e9).nullable(),
});

const requestKeyFrame = z.object({ type: z.literal('requestKeyFrame'), consumerId: idSchema });

/** Changes what this peer can show, for example after its INN runtime failed. */
const setDecodes = z.object({ type: z.literal('setDecodes'), decodes: decodesSchema });

/** Receive the INN and the VP8 variant of every source side by side. */
const setCompareMode = z.object({ type: z.literal('setCompareMode'), enabled: z.boolean() });

/** Relayed to the peer that produces what `consumerId` consumes. */
const feedback = z.object({
  type: z.literal('feedback'),
  consumerId: idSchema,
  report: feedbackReportSchema,
});

/** Test mode: samples of the picture with this time drawn in, of the peer that produces the stream. */
const sourceSamples = z.object({
  type: z.literal('sourceSamples'),
  consumerId: idSchema,
  /** Room time, ms. */
  drawnAt: z.number(),
});

const chat = z.object({
  type: z.literal('chat'),
  text: z.string().trim().min(1).max(LIMITS.chatText),
});

const raiseHand = z.object({ type: z.literal('raiseHand'), raised: z.boolean() });

/** NTP-like exchange; times are ms since the epoch with fraction, t0 on the client's clock. */
const clockSync = z.object({ type: z.literal('clockSync'), t0: z.number() });

/** Latency of frames that this client showed, for the server's `/metrics`. */
const reportStats = z.object({
  type: z.literal('reportStats'),
  latency: z.array(latencySamplesSchema).max(LIMITS.latencyEntries),
  /** Pauses of a shown picture above 200 ms since the last report. */
  freezes: z.int().min(0).max(10_000),
  /** Losses of INN frames that were repaired since the last report. */
  repairs: z.array(repairSchema).max(LIMITS.repairs),
});

export const requestSchema = z.discriminatedUnion('type', [
  hello,
  checkPath,
  join,
  leave,
  createTransport,
  connectTransport,
  restartIce,
  produce,
  closeProducer,
  pauseProducer,
  resumeProducer,
  resumeConsumer,
  setConsumerPreferences,
  offerLayers,
  layerShown,
  limitDownlink,
  requestKeyFrame,
  setDecodes,
  setCompareMode,
  feedback,
  sourceSamples,
  chat,
  raiseHand,
  clockSync,
  reportStats,
]);
export type Request = z.infer<typeof requestSchema>;
export type RequestType = Request['type'];
export type RequestOf<T extends RequestType> = Extract<Request, { type: T }>;

/** Data of the positive acknowledgement of each request. */
export const responseSchemas = {
  hello: z.object({
    protocolVersion: z.int(),
    /** The same for every room of this server. */
    routerRtpCapabilities: rtpCapabilitiesSchema,
    maxPeersPerRoom: z.int(),
    /** How long a dropped peer keeps its place, ms. */
    reconnectGraceMs: z.int(),
  }),
  checkPath: z.object({
    iceParameters: iceParametersSchema,
    iceCandidates: z.array(iceCandidateSchema),
    dtlsParameters: dtlsParametersSchema,
  }),
  join: z.object({
    peerId: idSchema,
    /** Secret: proves to be this peer when it reconnects. */
    sessionToken: idSchema,
    /** The earlier place was taken up; otherwise this is a new peer. */
    resumed: z.boolean(),
    /** The others in the room. */
    peers: z.array(peerInfoSchema),
    vp8Wanted: z.boolean(),
    chat: z.array(chatMessageSchema),
    /** What the server still holds for a resumed peer; all else is closed. */
    kept: z.object({
      transportIds: z.array(idSchema),
      producerIds: z.array(idSchema),
      consumerIds: z.array(idSchema),
    }),
  }),
  leave: empty,
  createTransport: z.object({
    transportId: idSchema,
    iceParameters: iceParametersSchema,
    iceCandidates: z.array(iceCandidateSchema),
    dtlsParameters: dtlsParametersSchema,
  }),
  connectTransport: empty,
  restartIce: z.object({ iceParameters: iceParametersSchema }),
  produce: z.object({ producerId: idSchema }),
  closeProducer: empty,
  pauseProducer: empty,
  resumeProducer: empty,
  resumeConsumer: empty,
  setConsumerPreferences: empty,
  offerLayers: empty,
  layerShown: empty,
  limitDownlink: empty,
  requestKeyFrame: empty,
  setDecodes: empty,
  setCompareMode: empty,
  feedback: empty,
  /** null: the peer is not in test mode, or has no such picture any more. */
  sourceSamples: z.object({ samples: sourceSamplesSchema.nullable() }),
  chat: z.object({ message: chatMessageSchema }),
  raiseHand: empty,
  /** t1: request arrived, t2: answer leaves, both on the server's clock. */
  clockSync: z.object({ t0: z.number(), t1: z.number(), t2: z.number() }),
  reportStats: empty,
} as const satisfies Record<RequestType, z.ZodType>;
export type ResponseOf<T extends RequestType> = z.infer<(typeof responseSchemas)[T]>;
