/** Messages of the server. `newConsumer` and `samplesWanted` are acknowledged. */
import { z } from 'zod';
import {
  chatMessageSchema,
  feedbackReportSchema,
  idSchema,
  layerIndex,
  peerInfoSchema,
  producerAppDataSchema,
  videoCodecSchema,
  videoSourceSchema,
} from './model.js';
import { mediaKindSchema, rtpParametersSchema } from './rtp.js';

const bitrate = z.number().min(0);

/**
 * A stream for this client, made paused. The client sets up its own consumer, acknowledges, and
 * sends `resumeConsumer` as soon as its transform is in place. A negative acknowledgement closes it.
 */
export const newConsumerSchema = z.object({
  type: z.literal('newConsumer'),
  consumerId: idSchema,
  transportId: idSchema,
  producerId: idSchema,
  /** Who produces it. */
  peerId: idSchema,
  kind: mediaKindSchema,
  rtpParameters: rtpParametersSchema,
  appData: producerAppDataSchema,
  /** The producer is paused now (muted, camera off). */
  producerPaused: z.boolean(),
});
export type NewConsumer = z.infer<typeof newConsumerSchema>;

/** Another peer asks for samples of this client's picture with this time drawn in. */
export const samplesWantedSchema = z.object({
  type: z.literal('samplesWanted'),
  source: videoSourceSchema,
  /** Room time, ms. */
  drawnAt: z.number(),
});
export type SamplesWanted = z.infer<typeof samplesWantedSchema>;

/**
 * Why a consumer stands still: its producer is paused, another layer of its source is sent
 * instead, the receiver asked for it, the downlink is too short, or the sender's link is.
 */
export const pauseReasonSchema = z.enum(['producer', 'layer', 'preference', 'bandwidth', 'uplink']);
export type PauseReason = z.infer<typeof pauseReasonSchema>;

export const notificationSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('peerJoined'), peer: peerInfoSchema }),
  z.object({
    type: z.literal('peerLeft'),
    peerId: idSchema,
    reason: z.enum(['left', 'connection-lost']),
  }),
  /** Name, hand, mute, camera, connection or producers changed; `peer` is the whole new state. */
  z.object({ type: z.literal('peerUpdated'), peer: peerInfoSchema }),
  z.object({ type: z.literal('consumerClosed'), consumerId: idSchema }),
  z.object({
    type: z.literal('consumerPaused'),
    consumerId: idSchema,
    reason: pauseReasonSchema,
  }),
  z.object({ type: z.literal('consumerResumed'), consumerId: idSchema }),
  /** Reception of this client's producer at the server, 0 (nothing arrives) to 10. */
  z.object({
    type: z.literal('producerScore'),
    producerId: idSchema,
    score: z.int().min(0).max(10),
  }),
  /**
   * A key frame was asked of this client's producer (a PLI travels by RTP at the same time), at this
   * time of the server's clock, ms since the epoch.
   */
  z.object({ type: z.literal('keyFrameWanted'), producerId: idSchema, at: z.number() }),
  /** Who speaks; null: nobody. */
  z.object({ type: z.literal('activeSpeaker'), peerId: idSchema.nullable() }),
  z.object({ type: z.literal('chat'), message: chatMessageSchema }),
  /** A receiver's report about this client's producer. */
  z.object({
    type: z.literal('feedback'),
    producerId: idSchema,
    fromPeerId: idSchema,
    report: feedbackReportSchema,
  }),
  /** The server's estimate of what this client can receive, bit/s. */
  z.object({
    type: z.literal('downlinkEstimate'),
    transportId: idSchema,
    availableBitrate: bitrate,
    desiredBitrate: bitrate,
  }),
  /**
   * The layers of this client's source in one codec that somebody receives: of INN it codes these and no others. VP8
   * has one, 0, and obeys its bound. Sent whenever that changes; the whole new state.
   */
  z.object({
    type: z.literal('layersWanted'),
    source: videoSourceSchema,
    codec: videoCodecSchema,
    layers: z.array(
      z.object({
        layer: layerIndex,
        /** What the slowest of its receivers takes, bit/s; null: nothing stands in its way. */
        maxBitrate: bitrate.nullable(),
      }),
    ),
  }),
  /** Somebody shows VP8 only (or compares): INN publishers offer a VP8 producer too, or stop it. */
  z.object({ type: z.literal('vp8Wanted'), wanted: z.boolean() }),
  /** A media process failed: every transport of this client is gone, make them anew. */
  z.object({ type: z.literal('mediaReset') }),
  /** The same session joined from another connection; this one is closed. */
  z.object({ type: z.literal('sessionReplaced') }),
  z.object({ type: z.literal('serverClosing') }),
]);
export type Notification = z.infer<typeof notificationSchema>;
export type NotificationType = Notification['type'];
export type NotificationOf<T extends NotificationType> = Extract<Notification, { type: T }>;
