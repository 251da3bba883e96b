/**
 * Every message between the window and the codec workers, validated where it
 * arrives. Times are ms, bit rates bit/s.
 */
import { feedbackReportSchema, repairMeansSchema, repairSchema } from '@inncall/sfu/protocol';
import { z } from 'zod';

function readableOf<Chunk>() {
  return z.custom<ReadableStream<Chunk>>((value) => value instanceof ReadableStream);
}

function writableOf<Chunk>() {
  return z.custom<WritableStream<Chunk>>((value) => value instanceof WritableStream);
}

const encodedStreams = {
  readable: readableOf<RTCEncodedVideoFrame>(),
  writable: writableOf<RTCEncodedVideoFrame>(),
};

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** What a codec runtime is made from; fetched once by the window. */
export const codecAssetsSchema = z.object({
  kernels: z.instanceof(WebAssembly.Module),
  /** The codec's model pack for CPUs. */
  model: z.instanceof(Uint8Array),
});
export type CodecAssets = z.infer<typeof codecAssetsSchema>;

const load = z.object({ type: z.literal('load'), assets: codecAssetsSchema });

/** Room time minus machine time, see `ClockEstimate`. */
const clock = z.object({ type: z.literal('clock'), offset: z.number() });

const encodeSettingsSchema = z.object({
  content: z.enum(['camera', 'screen']),
  /** Upper bound of the video's bit rate. */
  maxBitrate: z.number().positive(),
  frameRate: z.number().positive(),
  /** Factor on both sides of the captured picture: 1 codes it as it is. */
  scale: z.number().positive().max(1),
  /** Keep captured pictures so that tests can compare them with shown ones. */
  probe: z.boolean(),
});
export type EncodeSettings = z.infer<typeof encodeSettingsSchema>;

/** Fields as in codec-core's `NetworkFeedback`, whose `now` the worker adds. */
const networkReadingSchema = z.object({
  availableOutgoingBitrate: z.number().min(0),
  audioBitrate: z.number().min(0),
  rttMs: z.number().min(0),
  lossFraction: z.number().min(0).max(1),
  jitterMs: z.number().min(0),
});
export type NetworkReading = z.infer<typeof networkReadingSchema>;

/** Window → encode worker. One worker codes one published video. */
export const encodeCommandSchema = z.discriminatedUnion('type', [
  load,
  clock,
  z.object({
    type: z.literal('open'),
    /** Where carrier frames go: the generator of the carrier track. */
    carrier: writableOf<VideoFrame>(),
    settings: encodeSettingsSchema,
  }),
  /** The next frames come from here; replaces an earlier source. */
  z.object({ type: z.literal('source'), frames: readableOf<VideoFrame>() }),
  /** Streams of `createEncodedStreams`; a script transform brings its own. */
  z.object({ type: z.literal('encodedStreams'), ...encodedStreams }),
  /** Encodes a few pictures and says how long they took; gives way to `open`. */
  z.object({ type: z.literal('measure'), width: z.int().positive(), height: z.int().positive() }),
  z.object({ type: z.literal('settings'), settings: encodeSettingsSchema }),
  z.object({ type: z.literal('network'), reading: networkReadingSchema }),
  /** ms that decoding all received pictures takes in one frame interval. */
  z.object({ type: z.literal('decodeLoad'), decodeMs: z.number().min(0) }),
  z.object({ type: z.literal('paused'), paused: z.boolean() }),
  z.object({ type: z.literal('keyFrame'), at: z.number() }),
  /** What one receiver says of this stream. */
  z.object({ type: z.literal('feedback'), receiver: z.string(), report: feedbackReportSchema }),
  z.object({ type: z.literal('receiverLeft'), receiver: z.string() }),
  z.object({ type: z.literal('picture'), requestId: z.int(), captureTime: z.number() }),
]);
export type EncodeCommand = z.infer<typeof encodeCommandSchema>;

/** A picture for tests and measurements: tightly packed I420. */
export const pictureSchema = z.object({
  width: z.int(),
  height: z.int(),
  captureTime: z.number(),
  data: bytes,
});
export type Picture = z.infer<typeof pictureSchema>;

const failed = z.object({ type: z.literal('failed'), message: z.string() });
const ready = z.object({ type: z.literal('ready') });

export const encodeStatsSchema = z.object({
  /** Frames that the worker took from the source. */
  captured: z.int(),
  encoded: z.int(),
  /** Frames that left through the sender transform. */
  sent: z.int(),
  /** Coded frames given up because no carrier took them. */
  lost: z.int(),
  keyFrames: z.int(),
  /** Frames predicted from an acknowledged one because a receiver lost what came after it. */
  repairs: z.int(),
  /** Coded bytes, without carrier and packet header. */
  bytes: z.int(),
  drops: z.record(
    z.enum(['late', 'frame-rate', 'transport', 'unchanged', 'paused', 'failed']),
    z.int(),
  ),
  width: z.int(),
  height: z.int(),
  /** Of the last frame. */
  qp: z.int(),
  activeShare: z.number(),
  encodeMs: z.number(),
  frameRate: z.number(),
  targetBitrate: z.number(),
  limitedBy: z.enum(['none', 'network', 'cpu']),
  videoPaused: z.boolean(),
  lastError: z.string().optional(),
});
export type EncodeStats = z.infer<typeof encodeStatsSchema>;

/** Encode worker → window. */
export const encodeEventSchema = z.discriminatedUnion('type', [
  ready,
  failed,
  /** A picture that was coded for `measure`; the first is a key frame, all are predicted in order. */
  z.object({ type: z.literal('rehearsed'), coded: bytes }),
  /** Answer to `measure`: ms of one frame; without numbers where it was broken off. */
  z.object({
    type: z.literal('speed'),
    speed: z.object({ keyFrameMs: z.number(), frameMs: z.number() }).optional(),
  }),
  /** The transform may be attached now. */
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('stats'), stats: encodeStatsSchema }),
  z.object({
    type: z.literal('picture'),
    requestId: z.int(),
    picture: pictureSchema.optional(),
  }),
]);
export type EncodeEvent = z.infer<typeof encodeEventSchema>;

const consumerId = z.string();

/** Window → decode worker. One worker serves several consumers. */
export const decodeCommandSchema = z.discriminatedUnion('type', [
  load,
  clock,
  z.object({
    type: z.literal('open'),
    consumerId,
    /** The shown track that it is a layer of. */
    trackId: z.string(),
    /** Where the pictures of that track go; comes with its first layer. */
    output: writableOf<VideoFrame>().optional(),
  }),
  /** Practice before a call: the next picture of a measurement. */
  z.object({ type: z.literal('rehearse'), coded: bytes }),
  /** This layer is to be shown from its next picture on; until then the one before it is. */
  z.object({ type: z.literal('prefer'), consumerId }),
  /** Nothing will come for a while, on purpose. */
  z.object({ type: z.literal('standstill'), consumerId }),
  z.object({ type: z.literal('encodedStreams'), consumerId, ...encodedStreams }),
  /** Pictures wait until they are this old, ms since their capture. */
  z.object({ type: z.literal('leastLatency'), consumerId, ms: z.number().min(0) }),
  z.object({ type: z.literal('close'), consumerId }),
]);
export type DecodeCommand = z.infer<typeof decodeCommandSchema>;

/** The way of one decoded frame; all times in room time except `presented` stamps, added later. */
export const frameTimelineSchema = z.object({
  captureTime: z.number(),
  read: z.number(),
  encodeStart: z.number(),
  encodeEnd: z.number(),
  sent: z.number(),
  received: z.number(),
  decodeStart: z.number(),
  decodeEnd: z.number(),
  /** Written to the shown track: later than decoded where the picture waits for its sound or late ones. */
  shownAt: z.number(),
  /** The sender's clock by abs-capture-time, taken for this machine's. */
  absCaptureTime: z.number().optional(),
});
export type FrameTimeline = z.infer<typeof frameTimelineSchema>;

const repairSummarySchema = z.object({
  count: z.int(),
  /** Of the latest 300, ms. */
  p50: z.number(),
  p95: z.number(),
  max: z.number(),
  /** Counts by how the picture went on. */
  by: z.record(repairMeansSchema, z.int()),
});
export type RepairSummary = z.infer<typeof repairSummarySchema>;

export const decodeStatsSchema = z.object({
  /** Packets that arrived, each counted once. */
  received: z.int(),
  decoded: z.int(),
  /** Pictures handed to the shown track. */
  rendered: z.int(),
  keyFrames: z.int(),
  bytes: z.int(),
  duplicates: z.int(),
  /** Packets that never came. */
  missing: z.int(),
  /** Packets that came after a newer frame was decoded. */
  late: z.int(),
  /** Packets that came, but waited for a reference until a newer frame was decodable. */
  skipped: z.int(),
  /** Packets given up because decoding fell behind. */
  dropped: z.int(),
  malformed: z.int(),
  /** Packets that came in parts, and whole without one of them. */
  recovered: z.int(),
  /** By `CodecError` code. */
  errors: z.record(z.string(), z.int()),
  checksumMismatches: z.int(),
  /** Key frames that this receiver asked for. */
  keyFrameRequests: z.int(),
  width: z.int(),
  height: z.int(),
  /** Of the last frame. */
  qp: z.int(),
  activeShare: z.number(),
  decodeMs: z.number(),
  /** Longest pause between two rendered pictures since the start; none while the picture is exact. */
  longestGapMs: z.number(),
  /**
   * Capture time, room time, of the first of the pictures up to the last one that are the captured ones
   * sample for sample; none while the last one is not.
   */
  exactSince: z.number().optional(),
  /** Pauses above 200 ms. */
  freezes: z.int(),
  /** Times that the last good picture stood because something was missing, from notice to repair. */
  repairs: repairSummarySchema,
});
export type DecodeStats = z.infer<typeof decodeStatsSchema>;

/** Decode worker → window. */
export const decodeEventSchema = z.discriminatedUnion('type', [
  ready,
  failed,
  /** The transform may be attached now. */
  z.object({ type: z.literal('opened'), consumerId }),
  z.object({
    type: z.literal('stats'),
    consumerId,
    stats: decodeStatsSchema,
    timelines: z.array(frameTimelineSchema),
    /** Since the last message. */
    repairs: z.array(repairSchema),
  }),
  /** For the sender of the stream. */
  z.object({ type: z.literal('feedback'), consumerId, report: feedbackReportSchema }),
  z.object({ type: z.literal('keyFrameNeeded'), consumerId }),
  /** The first picture of the preferred layer is shown. */
  z.object({
    type: z.literal('shown'),
    consumerId,
    /** Since the last picture of the layer before it, ms; 0 where there was none. */
    gapMs: z.number(),
  }),
]);
export type DecodeEvent = z.infer<typeof decodeEventSchema>;
