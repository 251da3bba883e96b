import type { MotionEffort } from '../quant/points.js';
import type { BacklogReading } from './sendBacklog.js';

/** What is filmed: people prefer motion to sharpness, a shared screen sharpness to motion. */
export type ContentKind = 'camera' | 'screen';

/** Resource that currently keeps the picture below what the source offers. */
export type LimitReason = 'none' | 'network' | 'cpu';

/**
 * What to do with the captured frame:
 * `encode` codes it, `skip` drops it (not due at the present frame rate, or the link is still busy
 * with the frames before), `pause` means that video is off because only audio fits the link.
 */
export type PlanAction = 'encode' | 'skip' | 'pause';

/**
 * One reading of the transport, 2 to 10 times a second (`candidate-pair` and `remote-inbound-rtp`
 * statistics). Report only what is new: when the receiver's reports stop (outage, lost feedback), stop
 * too, so that the silence is seen; after half a second the rate is halved every 0.2 s.
 */
export interface NetworkFeedback {
  /** ms, the clock of {@link RateController.plan} */
  readonly now: number;
  /** bit/s the sender may put on the wire in total, audio included; 0 means an outage */
  readonly availableOutgoingBitrate: number;
  /** round trip, ms */
  readonly rttMs: number;
  /** share of packets lost since the last report, 0..1 */
  readonly lossFraction: number;
  /** interarrival jitter, ms */
  readonly jitterMs: number;
  /** bit/s that sound takes of it, headers included; default: what was said before */
  readonly audioBitrate?: number;
  /** share of the bytes put on the wire for pictures that is not parity against loss, 0..1; default 1 */
  readonly codecShare?: number;
}

/** How long this device works on one frame. */
export interface DeviceFeedback {
  /** ms to encode the last frame once, its repetitions not counted */
  readonly encodeMs: number;
  /** ms spent in decoding all received pictures during one frame interval */
  readonly decodeMs: number;
  /** ms between the frames that were to be coded, those that came too late for it included */
  readonly frameIntervalMs: number;
  /** share of the blocks of the last frame that were active, 0..1 */
  readonly activeShare: number;
}

export interface ContentHint {
  readonly kind: ContentKind;
  /** see {@link RateController.plan}; in force until the next one */
  readonly activity?: number;
}

/** See {@link RateController.plan}. */
export interface FrameHint {
  readonly activity?: number;
  /** mean difference of luma neighbours, across plus down, grey levels: foretells key frames */
  readonly detail?: number;
  readonly width?: number;
  readonly height?: number;
  /** ms since the picture last changed, where it shall become bit-exact when it stands still */
  readonly stillMs?: number;
  /** what receivers tell of the frames on their way, where they do */
  readonly backlog?: BacklogReading;
}

/** Operating point and size limits of the next frame. Every field is set for every action. */
export interface FramePlan {
  readonly action: PlanAction;
  /** quantization index 1..63, 63 coarsest; step = 0.75·2^((qp-1)/8); 0, lossless, for still pictures only */
  readonly qp: number;
  readonly keyFrame: boolean;
  /** the frame refines a picture that stands still: nothing moves since the frame before */
  readonly still: boolean;
  /** at most this many 8×8 blocks active in a predicted frame, of the picture at {@link scale} */
  readonly maxActiveBlocks: number;
  /** bits that a block has to gain for the time that it takes, 0..16 */
  readonly blockPrice: number;
  /** finest index that a predicted frame may take where it would leave much of its allowance unused, 1..63 */
  readonly finestQp: number;
  /** more active blocks would take this device too long */
  readonly timelyBlocks: number;
  /** thoroughness of the motion search */
  readonly motionEffort: MotionEffort;
  /** latent frequency groups kept, 1..4 */
  readonly groups: number;
  /** coded bytes the frame should have */
  readonly allowanceBytes: number;
  /** coded bytes from which on {@link RateController.judge} asks for a coarser coding */
  readonly maxBytes: number;
  /** frames per second that `plan` lets through */
  readonly frameRate: number;
  /** factor on both sides of the source picture: 1, 3/4, 1/2 or 3/8. A change comes with a key frame. */
  readonly scale: number;
  /** true while the link carries audio only; always together with action `pause` */
  readonly videoPaused: boolean;
  readonly limitedBy: LimitReason;
  /** 0 for the first coding of a frame, 1 and 2 for its repetitions */
  readonly attempt: number;
}

/** `retry` is the plan for coding the same frame again, in place of the attempt just made. */
export type Judgement =
  { readonly accept: true } | { readonly accept: false; readonly retry: FramePlan };

/** The frame that was handed to the transport. */
export interface SentFrame {
  /** plan of the attempt that was sent; with `keyFrame` set if the caller made it one */
  readonly plan: FramePlan;
  /** its coded size */
  readonly bytes: number;
  /** share of its blocks that are active, 0..1; by default, as many as planned */
  readonly activeShare?: number;
}

/** Snapshot for statistics and badges. */
export interface RateState {
  /** bit/s for video on the wire; 0 while paused */
  readonly videoBitrate: number;
  /** bit/s that the link is taken to carry besides sound, all of it */
  readonly linkBitrate: number;
  /** ms of video in the virtual buffer at that rate; negative is credit */
  readonly bufferMs: number;
  /** smoothed index at which the content's predicted frames take just the video rate */
  readonly qp: number;
  readonly frameRate: number;
  readonly scale: number;
  /** share of the blocks a predicted frame may activate, 0..1 */
  readonly activeShare: number;
  readonly videoPaused: boolean;
  readonly limitedBy: LimitReason;
  /** whether a key frame was asked for that has not been sent yet */
  readonly keyFrameWanted: boolean;
}

export interface RateControllerOptions {
  /** source picture, pixels, 1..16384; default 640×360 */
  readonly width?: number;
  readonly height?: number;
  /** frames per second of the source, 1..120; default 30 */
  readonly frameRate?: number;
  readonly kind?: ContentKind;
  /** bit/s until the first {@link NetworkFeedback}; default 300 000. With `fixed`: the bit rate of the file. */
  readonly targetBitrate?: number;
  /** bit/s for video never exceeded; default 4 000 000 */
  readonly maxBitrate?: number;
  /** constant-bitrate coding of a file: no network, no device, every frame is coded; default false */
  readonly fixed?: boolean;
  /** bit/s kept for audio out of the estimate until feedback tells; default 40 000 */
  readonly audioBitrate?: number;
  /** finest quantization index chosen, 1..63; default 8 (step 1.4) */
  readonly minQp?: number;
  /** coded bytes per frame that are not ours (carrier frame); default 0 */
  readonly frameOverheadBytes?: number;
  /** bytes of headers per packet; default 100 (`PACKET_OVERHEAD_BYTES`), 0 with `fixed` */
  readonly packetOverheadBytes?: number;
}

/**
 * Decides, frame by frame, what is coded. Pure and deterministic: the time is an argument.
 *
 * ```ts
 * let plan = controller.plan(now, { activity });
 * if (plan.action === 'encode') {
 *   let coded = await encode(frame, plan);
 *   plan = { ...plan, qp: coded.qp }; // another than planned where the encoder keeps to the limits itself
 *   for (let verdict = controller.judge(plan, coded.bytes); !verdict.accept; verdict = controller.judge(plan, coded.bytes)) {
 *     plan = verdict.retry;
 *     coded = await encode(frame, plan); // with the reference of the attempt before, which is not sent
 *   }
 *   controller.frameSent(now, { plan, bytes: coded.bytes });
 * }
 * ```
 * All methods throw {@link CodecError} `bad-argument` on NaN and infinities; other values outside their
 * range are clamped to it.
 */
export interface RateController {
  networkFeedback(feedback: NetworkFeedback): void;
  deviceFeedback(feedback: DeviceFeedback): void;
  contentHint(hint: ContentHint): void;
  /** The next frame becomes a key frame (live: at most two a second; a request in between is kept). */
  requestKeyFrame(): void;
  /** bit/s: upper bound of the video rate (`fixed`: the target itself), in force with the next frame. */
  setTargetBitrate(bitsPerSecond: number): void;
  /**
   * Call once per captured frame.
   * @param now ms; going backwards counts as standing still
   * @param hint.activity how much the frame differs from the last coded one: any measure that grows
   *   with it, unit free (mean absolute difference, share of changed blocks); its effect is learned
   * @param hint.stillMs a picture that has stood still for 200 ms is refined until it is lossless;
   *   call `plan` for it again and again, and stop when the encoder says that it is exact
   * @param hint.width and height of the source from this frame on, pixels, where they changed
   */
  plan(now: number, hint?: FrameHint): FramePlan;
  /** Accepts the size of a coded frame or asks for another coding: at most two repetitions. */
  judge(plan: FramePlan, bytes: number): Judgement;
  frameSent(now: number, sent: SentFrame): void;
  readonly state: RateState;
}
