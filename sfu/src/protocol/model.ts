/** The things that messages speak about: peers, producers, chat messages, feedback. */
import { z } from 'zod';
import { LIMITS } from './limits.js';
import { mediaKindSchema } from './rtp.js';

export const idSchema = z.string().min(1).max(LIMITS.id);

/** Letters, digits, `-` and `_`, so that a room is a plain part of a link. */
export const roomIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(LIMITS.roomId);

export const displayNameSchema = z.string().trim().min(1).max(LIMITS.displayName);

/** How a video source is coded: INN bytes in a carrier track, or an ordinary VP8 track. */
export const videoCodecSchema = z.enum(['inn', 'vp8']);
export type VideoCodec = z.infer<typeof videoCodecSchema>;

/** The codecs a peer can show, each at most once. */
export const decodesSchema = z
  .array(videoCodecSchema)
  .min(1)
  .max(2)
  .refine((codecs) => new Set(codecs).size === codecs.length, 'each codec at most once');

const pictureSide = z.int().min(1).max(LIMITS.pictureSide);

/** Place among the layers of a source, 0 = smallest. */
export const layerIndex = z
  .int()
  .min(0)
  .max(LIMITS.layers - 1);

/** Sources of video. */
export const videoSourceSchema = z.enum(['camera', 'screen']);
export type VideoSource = z.infer<typeof videoSourceSchema>;

/** What a producer carries. Width and height are pixels of the coded picture, not of the carrier. */
export const producerAppDataSchema = z.discriminatedUnion('source', [
  z.object({ source: z.literal('mic'), codec: z.literal('opus') }),
  z.object({
    source: videoSourceSchema,
    codec: videoCodecSchema,
    width: pictureSide,
    height: pictureSide,
    /** Place of this producer among the layers of its source, 0 = smallest. Absent: the only one. */
    layer: layerIndex.exactOptional(),
  }),
]);
export type ProducerAppData = z.infer<typeof producerAppDataSchema>;
export type Source = ProducerAppData['source'];

/**
 * Whether lost packets of a producer are sent anew (RTP retransmission after a NACK). Not of an INN camera:
 * its sender adds parity and predicts from what arrived, while packets sent anew would delay all new ones.
 * A screen that stands still sends nothing after its last frame, so that no later one could stand in.
 */
export function retransmits({ source, codec }: ProducerAppData): boolean {
  return source !== 'camera' || codec !== 'inn';
}

/** A layer that a publisher can code if somebody wants it. */
export const layerOfferSchema = z.object({
  layer: layerIndex,
  /** Of the coded picture. */
  width: pictureSide,
  height: pictureSide,
  /** Most that it takes, bit/s. */
  maxBitrate: z.number().positive().max(1e9),
});
export type LayerOffer = z.infer<typeof layerOfferSchema>;

export const producerInfoSchema = z.object({
  id: idSchema,
  kind: mediaKindSchema,
  appData: producerAppDataSchema,
  paused: z.boolean(),
});
export type ProducerInfo = z.infer<typeof producerInfoSchema>;

/** A participant as the others see it. */
export const peerInfoSchema = z.object({
  id: idSchema,
  displayName: displayNameSchema,
  /** `reconnecting`: signalling dropped, the place in the room is kept for the grace period. */
  connection: z.enum(['connected', 'reconnecting']),
  handRaised: z.boolean(),
  /** No microphone producer that is not paused. */
  micMuted: z.boolean(),
  /** No camera producer that is not paused. */
  cameraOff: z.boolean(),
  decodes: decodesSchema,
  producers: z.array(producerInfoSchema),
});
export type PeerInfo = z.infer<typeof peerInfoSchema>;

export const chatMessageSchema = z.object({
  id: idSchema,
  peerId: idSchema,
  displayName: displayNameSchema,
  text: z.string().min(1).max(LIMITS.chatText),
  /** Server clock, ms since the epoch. */
  sentAt: z.number(),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

const frame = z.int().min(0).max(0xffff_ffff);
const frames = z.array(frame).max(LIMITS.feedbackFrames);
const milliseconds = z.number().min(0).max(60_000);

/** What a receiver tells a sender about one INN stream. Frames are named by their packets' sequence numbers. */
export const feedbackReportSchema = z.object({
  /** Decoded with the right checksum since the last report: safe as references. */
  acknowledged: frames,
  /** Not here, or not decodable, and needed for what follows. A later acknowledgement revokes it. */
  lost: frames,
  /** Of each lost frame, in their order: parts that it lacks; 0: nothing came of it, or it is here. */
  lacking: z
    .array(z.int().min(0).max(LIMITS.frameParts))
    .max(LIMITS.feedbackFrames)
    .exactOptional(),
  /** Nothing that this receiver holds leads on: it needs a key frame newer than all frames named here. */
  needsKeyFrame: z.boolean(),
  /** Packets since the last report that did not come; frames of which nothing came are one in a row. */
  missing: z.int().min(0).max(LIMITS.feedbackPackets).exactOptional(),
  /** Frames since the last report that came in parts, and are here without some of them. */
  recovered: z.int().min(0).max(LIMITS.feedbackFrames).exactOptional(),
  /** Frames that arrived since the last report, in order. */
  arrivals: z
    .array(
      z.object({
        sequence: frame,
        /** From leaving the sender, by its stamp, to arriving: room times, whose error may make it negative. */
        tripMs: z.number().min(-LIMITS.tripMs).max(LIMITS.tripMs),
      }),
    )
    .max(LIMITS.feedbackFrames),
});
export type FeedbackReport = z.infer<typeof feedbackReportSchema>;

/**
 * Samples of a captured picture, at places that follow from its size and its time: to judge in test
 * mode what is shown of it.
 */
export const sourceSamplesSchema = z.object({
  width: pictureSide,
  height: pictureSide,
  /** Base64: luma samples, then U, then V. */
  values: z.base64().max(LIMITS.sampleCharacters),
});
export type SourceSamples = z.infer<typeof sourceSamplesSchema>;

/** Stages of a frame's way, in order; `captureToDisplay` is the whole. */
export const latencyStageSchema = z.enum([
  'captureToEncode',
  'encode',
  'encodeToSend',
  'network',
  'receiveToDecode',
  'decode',
  'decodeToDisplay',
  'captureToDisplay',
]);
export type LatencyStage = z.infer<typeof latencyStageSchema>;

export const latencySamplesSchema = z.object({
  stage: latencyStageSchema,
  codec: videoCodecSchema,
  /** One value per frame, ms. */
  samplesMs: z.array(milliseconds).max(LIMITS.latencySamples),
});
export type LatencySamples = z.infer<typeof latencySamplesSchema>;

/** How a picture that stood still for a lost frame went on: the frame came after all, a frame came that does not need it, or a key frame. */
export const repairMeansSchema = z.enum(['retransmission', 'reference', 'keyFrame']);
export type RepairMeans = z.infer<typeof repairMeansSchema>;

export const repairSchema = z.object({
  by: repairMeansSchema,
  /** From the moment the loss was noticed to the next picture. */
  ms: milliseconds,
});
export type Repair = z.infer<typeof repairSchema>;
