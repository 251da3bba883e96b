import type { FeedbackReport } from '@inncall/sfu/protocol';
import {
  createRecovery,
  createSendBacklog,
  lumaDifference,
  operatingPointOf,
  type EncodedFrame,
  type Encoder,
  type FramePlan,
  type FrameStats,
  type I420Frame,
  type RateController,
  type ReferenceChoice,
  type TakeMemory,
} from '@inncall/codec-core';
import { scalePicture, type CapturedPicture } from '../capture/framePicture.js';
import { PictureMemory } from '../capture/pictureMemory.js';
import { lumaDetail } from '../capture/pixels.js';
import { CaptureClock } from '../latency/captureClock.js';
import type { PendingPacket } from '../transport/carrierSender.js';
import { divideFrame, partLengths } from '../transport/frameDivision.js';
import { toTick } from '../transport/packet.js';
import { bitsOfParts } from '../transport/wire.js';
import { DropCounter, FrameMailbox } from './frameMailbox.js';
import type { EncodeStats, NetworkReading, Picture } from './messages.js';
import { Protection } from './protection.js';
import { Resending } from './resending.js';
import { StillSource, type Arrival } from './stillSource.js';
import { TaskTurn } from './taskTurn.js';

/** Two requests for one loss lie closer together than this, ms. */
const KEY_FRAME_SERVES_MS = 300;
/** Until then a key frame that receivers lack is still on its way. */
const KEY_FRAME_INTERVAL_MS = 300;
/** From so long on, ms, a frame that is overdue counts as lost. */
const DOUBT_AFTER_MS = 60;

/** While nobody watches, an empty carrier comes this often: the first picture need not wait for one. */
const KEEP_FLOWING_MS = 400;

/** The part of a `VideoFrame` that the loop itself needs. */
export interface CapturedFrame {
  /** µs */
  readonly timestamp: number;
  close(): void;
}

/** The part of `CarrierSender` that the loop needs. */
export interface PacketCarrier {
  readonly flowing: boolean;
  readonly sent: number;
  readonly lost: number;
  probe(timestamp: number): Promise<void>;
  send(timestamp: number, pending: PendingPacket): Promise<void>;
}

export interface EncodeLoopOptions<Frame extends CapturedFrame> {
  /** Copies a frame's pixels to memory that it takes. */
  readonly readPicture: (frame: Frame, take: TakeMemory) => Promise<CapturedPicture>;
  readonly createEncoder: (size: { width: number; height: number }) => Encoder;
  readonly rate: RateController;
  readonly carrier: PacketCarrier;
  /** Machine time, ms. */
  readonly now: () => number;
  /**
   * Interval in ms at which a picture that stands still is coded again, until the receivers have
   * it bit by bit; without it only what is captured is coded.
   */
  readonly repeatMs?: number;
  /** Sees every picture that is coded, in room time. */
  readonly onPicture?: (picture: Picture) => void;
}

interface Attempt {
  readonly plan: FramePlan;
  readonly coded: EncodedFrame;
  /** Of this attempt alone. */
  readonly encodeMs: number;
}

interface LastCoded {
  readonly stats: FrameStats;
  /** As captured, before scaling. */
  readonly source: CapturedPicture;
  readonly encodeMs: number;
  readonly at: number;
  /** Captured frames that came too late for the encoder until then. */
  readonly late: number;
}

/**
 * The sender's loop: newest captured frame → operating point → encoder →
 * carrier. One frame at a time; what comes meanwhile waits in the mailbox.
 */
export class EncodeLoop<Frame extends CapturedFrame> {
  readonly #options: EncodeLoopOptions<Frame>;
  readonly #drops = new DropCounter();
  readonly #mailbox: FrameMailbox<Arrival>;
  readonly #captureClock = new CaptureClock();
  readonly #still: StillSource | undefined;
  readonly #done: Promise<void>;
  #encoder:
    { readonly encoder: Encoder; readonly width: number; readonly height: number } | undefined;
  #last: LastCoded | undefined;
  readonly #recovery = createRecovery();
  readonly #backlog = createSendBacklog();
  readonly #protection = new Protection();
  readonly #resending = new Resending();
  #clockOffset = 0;
  #paused = false;
  /** A captured frame is being copied. */
  #copying = false;
  readonly #memory = new PictureMemory();
  /** Memory taken for frames that are being copied. */
  readonly #incoming = new Set<Uint8Array>();
  /** The picture that was coded last, as it was coded. */
  #scaled: CapturedPicture | undefined;
  readonly #turn = new TaskTurn();
  #captured = 0;
  #sequence = 0;
  #keyFrames = 0;
  #repairs = 0;
  #bytes = 0;
  #decodeMs = 0;
  #lastError: string | undefined;
  #lastKeyFrameAt = -Infinity;
  /** A key frame is being coded or waits for its carrier. */
  #keyFrameUnderWay = false;
  #lastCapturedAt = 0;
  #keptFlowingAt = -Infinity;

  constructor(options: EncodeLoopOptions<Frame>) {
    this.#options = options;
    this.#mailbox = new FrameMailbox(this.#drops);
    const { repeatMs, now } = options;
    if (repeatMs !== undefined) {
      this.#still = new StillSource({
        intervalMs: repeatMs,
        now,
        repeat: (arrival) => {
          if (this.#paused) return;
          this.#lastCapturedAt = arrival.capturedAt;
          this.#mailbox.putSpare(arrival);
        },
      });
    }
    this.#done = this.#run();
  }

  /** Room time minus machine time, ms. */
  set clockOffset(offset: number) {
    this.#clockOffset = offset;
  }

  set paused(paused: boolean) {
    const resumed = this.#paused && !paused;
    this.#paused = paused;
    if (!resumed) return;
    this.#options.rate.requestKeyFrame();
    this.#still?.unsettle();
  }

  /** What the transport says of the link, in the controller's time: that of captures. */
  noteNetwork(reading: NetworkReading): void {
    this.#options.rate.networkFeedback({
      ...reading,
      now: this.#lastCapturedAt,
      codecShare: this.#protection.codecShare,
    });
  }

  /**
   * By message, the server wants a key frame for somebody: makes the next frame
   * one. One that was coded about then or later serves: the same wish comes as a PLI,
   * and a busy page reads messages late.
   * @param at when it was wanted, room time, ms
   */
  requestKeyFrame(at: number): void {
    const wantedAt = Math.min(at - this.#clockOffset, this.#options.now());
    if (wantedAt - this.#lastKeyFrameAt >= KEY_FRAME_SERVES_MS) this.#startAnew();
  }

  /**
   * After a PLI the carrier began anew with none of our key frames inside: whoever
   * asked gets nothing that came before, so only one that is still to leave serves.
   */
  noteCarrierRestart(): void {
    if (!this.#keyFrameUnderWay) this.#startAnew();
  }

  /** What a receiver says of the sent frames. */
  noteReport(receiver: string, report: FeedbackReport): void {
    const now = this.#options.now();
    const lost = this.#recovery.report(receiver, report, now);
    const { missing = 0, recovered = 0 } = report;
    this.#backlog.arrived(receiver, report.arrivals, now);
    const waitedMs = this.#backlog.waitedMs(now);
    this.#protection.note({ receiver, missing, lost, recovered, waitedMs }, now);
    for (const { timestamp, pending } of this.#resending.take(report, waitedMs)) {
      this.#protection.resent(pending.packet.data.length);
      this.#options.carrier.send(timestamp, pending).catch((cause: unknown) => {
        this.#noteFailure(cause);
      });
    }
    if (report.lost.length > 0 || report.needsKeyFrame) this.#still?.unsettle();
  }

  removeReceiver(receiver: string): void {
    this.#recovery.remove(receiver);
    this.#protection.remove(receiver);
    this.#backlog.remove(receiver);
  }

  /** ms that decoding all received pictures takes per frame interval. */
  set decodeMs(ms: number) {
    this.#decodeMs = ms;
  }

  get stats(): EncodeStats {
    const { rate, carrier } = this.#options;
    const state = rate.state;
    return {
      captured: this.#captured,
      encoded: this.#sequence,
      sent: carrier.sent,
      lost: carrier.lost,
      keyFrames: this.#keyFrames,
      repairs: this.#repairs,
      bytes: this.#bytes,
      drops: this.#drops.counts,
      width: this.#encoder?.width ?? 0,
      height: this.#encoder?.height ?? 0,
      qp: this.#last?.stats.qp ?? 0,
      activeShare: this.#last?.stats.activeShare ?? 0,
      encodeMs: this.#last?.encodeMs ?? 0,
      frameRate: state.frameRate,
      targetBitrate: state.videoBitrate,
      limitedBy: state.limitedBy,
      videoPaused: state.videoPaused,
      lastError: this.#lastError,
    };
  }

  /**
   * Reads frames until the stream ends. A replaced source's stream ends by itself.
   *
   * Pixels are copied at once: the browser drops frames, uncounted, while a
   * reader holds one of them.
   */
  async read(frames: ReadableStream<Frame>): Promise<void> {
    const reader = frames.getReader();
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) return;
      this.#copying = true;
      this.#captured += 1;
      const taken: Uint8Array[] = [];
      const readAt = this.#options.now();
      const capturedAt = this.#captureClock.toMachineTime(frame.timestamp, readAt);
      this.#lastCapturedAt = capturedAt;
      try {
        if (this.#paused) this.#keepFlowing(frame.timestamp);
        // A source that falls silent has nothing else to show when somebody watches again.
        const arrival =
          this.#paused && !this.#still
            ? undefined
            : await this.#copy(frame, { readAt, capturedAt }, taken);
        if (arrival === undefined || this.#paused) this.#drops.add('paused');
        else this.#mailbox.put(arrival);
      } catch (cause) {
        this.#noteFailure(cause);
      } finally {
        frame.close();
        for (const piece of taken) this.#incoming.delete(piece);
        this.#copying = false;
      }
    }
  }

  async close(): Promise<void> {
    this.#still?.close();
    this.#mailbox.close();
    await this.#done;
    this.#turn.close();
    await this.#encoder?.encoder.close();
  }

  /** @param taken gets the memory that the caller has to give free */
  async #copy(
    frame: Frame,
    times: Pick<Arrival, 'readAt' | 'capturedAt'>,
    taken: Uint8Array[],
  ): Promise<Arrival> {
    const picture = await this.#options.readPicture(frame, (bytes) => {
      const piece = this.#take(bytes);
      this.#incoming.add(piece);
      taken.push(piece);
      return piece;
    });
    const arrival = { picture, timestamp: frame.timestamp, ...times };
    return this.#still?.captured(arrival) ?? arrival;
  }

  async #run(): Promise<void> {
    for (;;) {
      const arrival = await this.#mailbox.take();
      if (arrival === undefined) return;
      try {
        await this.#handle(arrival);
      } catch (cause) {
        this.#noteFailure(cause);
      }
      this.#keyFrameUnderWay = false;
      this.#still?.dealtWith(arrival);
      await this.#catchUp();
    }
  }

  /**
   * While a frame is coded, captured ones wait in the stream. All of them come in before the next is
   * coded: else the oldest would be, and a slow device would show a picture that is ever later.
   */
  async #catchUp(): Promise<void> {
    let before;
    do {
      before = this.#captured;
      await this.#turn.over();
    } while (this.#copying || this.#captured !== before);
  }

  async #handle({ picture: source, timestamp, readAt, capturedAt }: Arrival): Promise<void> {
    const { rate, carrier, now } = this.#options;
    if (this.#still?.settled === true) {
      this.#drops.add('unchanged');
      await carrier.probe(timestamp);
      return;
    }
    if (!carrier.flowing) {
      this.#drops.add('transport');
      await carrier.probe(timestamp);
      return;
    }
    const keyFrameAllowed = now() - this.#lastKeyFrameAt >= KEY_FRAME_INTERVAL_MS;
    if (keyFrameAllowed && this.#recovery.choose(now()).keyFrameNeeded) rate.requestKeyFrame();
    const backlog = this.#backlog.reading(now(), rate.state.linkBitrate);
    // Capture times are regular, so the plan is not upset by how busy this thread is.
    const planned = rate.plan(capturedAt, {
      activity: lumaDifference(source, this.#last?.source),
      ...(rate.state.keyFrameWanted && { detail: lumaDetail(source) }),
      stillMs: this.#still?.stillMs(capturedAt) ?? 0,
      ...(backlog && { backlog }),
      width: source.width,
      height: source.height,
    });
    if (planned.action !== 'encode') {
      this.#drops.add(planned.action === 'pause' ? 'paused' : 'frame-rate');
      return;
    }
    const picture = scalePicture(source, planned.scale, (bytes) => this.#take(bytes));
    this.#scaled = picture;
    const encoder = await this.#encoderFor(picture);
    const doubted = this.#backlog.overdueMs(now()) > DOUBT_AFTER_MS;
    const choice = this.#recovery.choose(now(), doubted);
    const captureTime = toTick(capturedAt + this.#clockOffset);
    const encodeStart = now();
    const frame = { ...picture, timestamp };
    let attempt = await this.#encode(encoder, frame, planned, choice, false);
    let verdict = rate.judge(attempt.plan, attempt.coded.data.length);
    while (!verdict.accept) {
      attempt = await this.#encode(encoder, frame, verdict.retry, choice, true);
      verdict = rate.judge(attempt.plan, attempt.coded.data.length);
    }
    const { plan, encodeMs } = attempt;
    const { data, stats } = attempt.coded;
    const sequence = this.#sequence++;
    const reference = stats.type === 'key' ? undefined : choice.reference?.sequence;
    const sent = { sequence, frameId: stats.frameId, reference, keep: choice.keep };
    this.#recovery.sent(sent, now());
    if (reference !== undefined && choice.repairs) this.#repairs += 1;
    const encodeEnd = now();
    const keyFrame = stats.type === 'key';
    const loss = this.#protection.loss(keyFrame, encodeEnd);
    const division = divideFrame(data.length, loss);
    const parts = partLengths(division, data.length);
    const parities = division.total - division.count;
    const bytes = data.length;
    this.#protection.sent({ sequence, bytes, keyFrame, parts, parities }, encodeEnd);
    this.#backlog.sent(sequence, encodeEnd, bitsOfParts(parts));
    this.#options.onPicture?.({ ...picture, captureTime });
    this.#note({ stats, source, encodeMs, at: encodeStart, late: this.#drops.counts.late });
    rate.frameSent(capturedAt, { plan, bytes: data.length, activeShare: stats.activeShare });
    const complete = stats.exact && plan.scale === 1 && !rate.state.keyFrameWanted;
    this.#still?.coded(source, complete);
    const pending = {
      capturedAt,
      loss,
      packet: {
        sequence,
        captureTime,
        stamps: {
          read: readAt - capturedAt,
          encodeStart: encodeStart - capturedAt,
          encodeEnd: encodeEnd - capturedAt,
          sent: 0,
        },
        reference,
        color: picture.color,
        data,
      },
    };
    this.#resending.sent(timestamp, pending);
    await carrier.send(timestamp, pending);
  }

  /** Codes a picture as planned; `again` in place of the attempt before. */
  async #encode(
    encoder: Encoder,
    frame: I420Frame,
    plan: FramePlan,
    { reference, keep, repairs }: ReferenceChoice,
    again: boolean,
  ): Promise<Attempt> {
    const start = this.#options.now();
    const keyFrame = plan.keyFrame || reference === undefined;
    this.#keyFrameUnderWay ||= keyFrame;
    const coded = await encoder.encode(frame, {
      ...operatingPointOf(plan),
      ...{ keyFrame, again, still: plan.still && !repairs },
      ...(reference && !keyFrame && { reference: reference.frameId }),
      ...(keep !== undefined && { keep }),
    });
    return { plan: { ...plan, qp: coded.stats.qp }, coded, encodeMs: this.#options.now() - start };
  }

  #note(coded: LastCoded): void {
    const previous = this.#last;
    this.#last = coded;
    this.#bytes += coded.stats.bytes;
    if (coded.stats.type === 'key') {
      this.#keyFrames += 1;
      this.#lastKeyFrameAt = coded.at;
    }
    if (previous !== undefined) {
      this.#options.rate.deviceFeedback({
        encodeMs: coded.encodeMs,
        decodeMs: this.#decodeMs,
        // A screen that stands still may take its time to become exact, whatever comes meanwhile.
        frameIntervalMs:
          (coded.at - previous.at) / (1 + (this.#still ? 0 : coded.late - previous.late)),
        activeShare: coded.stats.activeShare,
      });
    }
  }

  #keepFlowing(timestamp: number): void {
    const now = this.#options.now();
    if (now - this.#keptFlowingAt < KEEP_FLOWING_MS) return;
    this.#keptFlowingAt = now;
    this.#options.carrier.probe(timestamp).catch((cause: unknown) => {
      this.#noteFailure(cause);
    });
  }

  #noteFailure(cause: unknown): void {
    this.#drops.add('failed');
    this.#lastError = cause instanceof Error ? cause.message : String(cause);
    this.#recovery.reset();
    this.#options.rate.requestKeyFrame();
  }

  /** An outage that is over explains the wish for a key frame: it is repaired without one. */
  #startAnew(): void {
    if (!this.#recovery.returned(this.#options.now())) this.#options.rate.requestKeyFrame();
    this.#still?.unsettle();
  }

  /** Memory that none of the pictures in use occupies. */
  #take(bytes: number): Uint8Array<ArrayBuffer> {
    const pictures = [
      ...this.#mailbox.held.map(({ picture }) => picture),
      this.#still?.latest,
      this.#last?.source,
      this.#scaled,
    ];
    const used = new Set<Uint8Array>(this.#incoming);
    for (const picture of pictures) if (picture !== undefined) used.add(picture.data);
    return this.#memory.take(bytes, used);
  }

  async #encoderFor({ width, height }: CapturedPicture): Promise<Encoder> {
    if (this.#encoder?.width !== width || this.#encoder.height !== height) {
      await this.#encoder?.encoder.close();
      this.#encoder = { encoder: this.#options.createEncoder({ width, height }), width, height };
      this.#recovery.reset();
    }
    return this.#encoder.encoder;
  }
}
