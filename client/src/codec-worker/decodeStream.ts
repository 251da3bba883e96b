import type { FeedbackReport, Repair } from '@inncall/sfu/protocol';
import { CodecError, type DecodedFrame, type Decoder } from '@inncall/codec-core';
import { FrameOrder } from '../transport/frameOrder.js';
import type { Packet } from '../transport/packet.js';
import { PartCollector } from '../transport/parts.js';
import { DecodeBacklog } from './decodeBacklog.js';
import type { DecodeStats, FrameTimeline } from './messages.js';
import { ReceiverReports } from './receiverReports.js';
import { RepairClock } from './repairClock.js';
import { StopGuard } from './stopGuard.js';
import type { WorkQueue } from '../workQueue.js';

/** Half a second at 60 frames/s. */
const MAX_BACKLOG = 30;
/** Longer than the sender's answer to a report usually takes, besides the way there and back. */
const PATIENCE_MS = 300;
/** At the start the SFU asks for a key frame itself, and again where none comes within a second. */
const START_PATIENCE_MS = 1200;
/** A sender whose picture stands still may have nothing more to send: then no loss tells what is missing. */
const SILENCE_PATIENCE_MS = 4000;
/** There, back, and both once more, because the answer may be lost as well. */
const PATIENCE_TRIPS = 4;
const MAX_TRIP_MS = 250;
const TRIP_WEIGHT = 0.1;
const KEY_FRAME_INTERVAL_MS = 500;
const FREEZE_MS = 200;
/** A picture that has to wait is at most so much later than the one before: more would be seen as a stop. */
const LATER_STEP_MS = 20;

interface Arrival {
  /** Room time, ms. */
  readonly at: number;
  /** By abs-capture-time, this machine's clock, ms. */
  readonly absCaptureTime: number | undefined;
}

export interface DecodeStreamOptions {
  readonly decoder: Decoder;
  /** Shared by all streams of the worker. */
  readonly work: WorkQueue;
  /** Room time, ms. */
  readonly now: () => number;
  /** Shows a picture, of which it makes a copy, but not before `dueAt` (room time, ms). */
  readonly show: (picture: DecodedFrame['frame'], packet: Packet, dueAt: number) => void;
  /** For the sender of the stream. */
  readonly onReport: (report: FeedbackReport) => void;
  readonly onKeyFrameNeeded: () => void;
}

/**
 * The receiver's loop for one consumer: packets in any order → decoder →
 * shown track. While a reference is missing nothing is shown, so the last good
 * picture stays; the sender learns at once what is missing and answers with a
 * frame that does not need it. Only when that takes too long, a key frame is
 * asked for.
 */
export class DecodeStream {
  readonly #options: DecodeStreamOptions;
  readonly #parts = new PartCollector();
  readonly #order = new FrameOrder();
  readonly #backlog: DecodeBacklog;
  readonly #reports: ReceiverReports;
  readonly #repairs = new RepairClock();
  readonly #arrivals = new WeakMap<Packet, Arrival>();
  readonly #errors: Record<string, number> = {};
  #timelines: FrameTimeline[] = [];
  #running = false;
  #closed = false;
  #nextKeyFrameRequest = -Infinity;
  #tripMs = 0;
  #received = 0;
  #decoded = 0;
  #rendered = 0;
  #keyFrames = 0;
  #bytes = 0;
  #malformed = 0;
  #keyFrameRequests = 0;
  #last: DecodedFrame | undefined;
  #decodeMs = 0;
  #shownAt: number | undefined;
  #longestGapMs = 0;
  #exactSince: number | undefined;
  #leastLatency = 0;
  readonly #guard = new StopGuard();
  /** Of the picture shown last, capture to display, ms. */
  #latency = Infinity;
  #freezes = 0;
  #standing = false;
  /** Something should come since then. */
  #beganAt: number;
  /** Of the picture decoded last; the next one goes there too (see `PictureMemory` for the reason). */
  #picture = new Uint8Array(0);

  constructor(options: DecodeStreamOptions) {
    this.#options = options;
    this.#beganAt = options.now();
    this.#reports = new ReceiverReports(options.onReport);
    this.#backlog = new DecodeBacklog(MAX_BACKLOG, (dropped) => {
      for (const { sequence } of dropped) this.#fail(sequence);
    });
  }

  get stats(): DecodeStats {
    return {
      received: this.#received,
      decoded: this.#decoded,
      rendered: this.#rendered,
      keyFrames: this.#keyFrames,
      bytes: this.#bytes,
      ...this.#order.counts,
      dropped: this.#backlog.dropped,
      malformed: this.#malformed,
      recovered: this.#parts.recovered,
      errors: { ...this.#errors },
      checksumMismatches: this.#errors['checksum-mismatch'] ?? 0,
      keyFrameRequests: this.#keyFrameRequests,
      width: this.#last?.frame.width ?? 0,
      height: this.#last?.frame.height ?? 0,
      qp: this.#last?.stats.qp ?? 0,
      activeShare: this.#last?.stats.activeShare ?? 0,
      decodeMs: this.#decodeMs,
      longestGapMs: this.#longestGapMs,
      ...(this.#exactSince !== undefined && { exactSince: this.#exactSince }),
      freezes: this.#freezes,
      repairs: this.#repairs.summary,
    };
  }

  /** Pictures wait until they are this old, ms since their capture; 0: none waits. */
  set leastLatency(ms: number) {
    this.#leastLatency = ms;
  }

  /** Timelines of the frames shown since the last call. */
  takeTimelines(): FrameTimeline[] {
    const timelines = this.#timelines;
    this.#timelines = [];
    return timelines;
  }

  /** Repairs since the last call. */
  takeRepairs(): Repair[] {
    return this.#repairs.take();
  }

  /** @param absCaptureTime of the carrier, as if it were this machine's, ms */
  push(packets: readonly Packet[], absCaptureTime?: number): void {
    const now = this.#options.now();
    for (const arrived of packets) {
      const { recovered, missing } = this.#parts;
      const packet = this.#parts.push(arrived);
      this.#reports.miss(this.#parts.missing - missing, this.#parts.recovered - recovered);
      this.#order.pass(this.#parts.passed);
      if (packet === undefined) continue;
      // A carrier has the time of the last packet that it takes; those of parts are a little later.
      const own = packet === packets.at(-1) ? absCaptureTime : undefined;
      this.#arrivals.set(packet, { at: now, absCaptureTime: own });
      const wayMs = now - packet.captureTime - packet.stamps.sent;
      this.#reports.arrived({ sequence: packet.sequence, tripMs: wayMs });
      const tripMs = Math.min(MAX_TRIP_MS, Math.max(0, wayMs));
      this.#tripMs += TRIP_WEIGHT * (tripMs - this.#tripMs);
      this.#enqueue(this.#order.push(packet));
    }
    this.#follow(now);
  }

  /**
   * Nothing comes for a while, on purpose: the pause is no freeze, what was not
   * sent is no loss, and nothing is asked for.
   */
  set standing(standing: boolean) {
    if (this.#standing && !standing) this.#beganAt = this.#options.now();
    this.#standing = standing;
    if (!standing) return;
    this.#shownAt = undefined;
    this.#repairs.forgetLoss();
    this.#order.expectPause();
  }

  /** To be called about twenty times a second: repeats reports and ends patience. */
  tick(): void {
    if (this.#standing) return;
    const now = this.#options.now();
    const since = this.#repairs.brokenSince;
    const patience =
      (this.#shown ? PATIENCE_MS : START_PATIENCE_MS) + PATIENCE_TRIPS * this.#tripMs;
    const broken = since !== undefined && now - since >= patience;
    const silent = !this.#shown && now - this.#beganAt >= SILENCE_PATIENCE_MS;
    if (broken) this.#needKeyFrame(now, KEY_FRAME_INTERVAL_MS);
    else if (silent) this.#needKeyFrame(now, SILENCE_PATIENCE_MS);
    this.#follow(now);
  }

  noteMalformed(): void {
    this.#malformed += 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#options.work.run(() => this.#options.decoder.close());
  }

  #enqueue(packets: readonly Packet[]): void {
    for (const packet of packets) {
      this.#received += 1;
      this.#bytes += packet.data.length;
      this.#backlog.push(packet);
    }
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let packet = this.#backlog.shift(); packet; packet = this.#backlog.shift()) {
      const next = packet;
      await this.#options.work.run(() => this.#decode(next));
    }
    this.#running = false;
  }

  async #decode(packet: Packet): Promise<void> {
    if (this.#closed) return;
    const decodeStart = this.#options.now();
    try {
      const { decoder } = this.#options;
      const timestamp = packet.captureTime * 1000;
      this.#last = await decoder.decode(packet.data, timestamp, (bytes) => this.#take(bytes));
    } catch (cause) {
      const code = cause instanceof CodecError ? cause.code : 'unknown';
      this.#errors[code] = (this.#errors[code] ?? 0) + 1;
      this.#fail(packet.sequence);
      this.#follow(this.#options.now());
      return;
    }
    const decodeEnd = this.#options.now();
    this.#decoded += 1;
    this.#decodeMs = decodeEnd - decodeStart;
    if (packet.reference === undefined) this.#keyFrames += 1;
    this.#reports.acknowledge(packet.sequence);
    this.#repairs.noteShown(packet, decodeEnd);
    const shownAt = this.#showingTime(packet.captureTime, decodeEnd);
    this.#note(this.#last, packet.captureTime, shownAt);
    this.#options.show(this.#last.frame, packet, shownAt);
    this.#follow(decodeEnd);
    const arrival = this.#arrivals.get(packet);
    this.#timelines.push({
      captureTime: packet.captureTime,
      read: packet.captureTime + packet.stamps.read,
      encodeStart: packet.captureTime + packet.stamps.encodeStart,
      encodeEnd: packet.captureTime + packet.stamps.encodeEnd,
      sent: packet.captureTime + packet.stamps.sent,
      received: arrival?.at ?? decodeStart,
      absCaptureTime: arrival?.absCaptureTime,
      decodeStart,
      decodeEnd,
      shownAt,
    });
  }

  /** When a picture that is decoded is to be shown: it may wait for its sound, or for late ones; ms. */
  #showingTime(captureTime: number, decodeEnd: number): number {
    const latency = decodeEnd - captureTime;
    const least = Math.max(this.#leastLatency, this.#guard.leastLatency);
    this.#guard.note(captureTime, latency);
    this.#latency = Math.max(latency, Math.min(least, this.#latency + LATER_STEP_MS));
    return captureTime + this.#latency;
  }

  #take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#picture.length !== bytes) this.#picture = new Uint8Array(bytes);
    return this.#picture;
  }

  #note(decoded: DecodedFrame, captureTime: number, now: number): void {
    if (this.#shownAt !== undefined) {
      // After an exact picture a pause says that nothing moved.
      const gap = this.#exactSince !== undefined ? 0 : now - this.#shownAt;
      this.#longestGapMs = Math.max(this.#longestGapMs, gap);
      if (gap > FREEZE_MS) this.#freezes += 1;
    }
    this.#shownAt = this.#standing ? undefined : now;
    this.#exactSince = decoded.stats.exact ? (this.#exactSince ?? captureTime) : undefined;
    this.#rendered += 1;
  }

  /** Times a loss and tells the sender. */
  #follow(now: number): void {
    if (this.#standing) return;
    if (this.#order.stuck) this.#repairs.noteLoss(now, this.#shown ? this.#order.newest : -1);
    this.#reports.update(this.#order.lost, (sequence) => this.#parts.lackingOf(sequence), now);
  }

  /** A frame cannot be decoded any more, nor what builds on it. */
  #fail(sequence: number): void {
    this.#order.fail(sequence);
    this.#repairs.noteLoss(this.#options.now(), this.#shown ? sequence : -1);
  }

  get #shown(): boolean {
    return this.#shownAt !== undefined;
  }

  #needKeyFrame(now: number, intervalMs: number): void {
    if (now < this.#nextKeyFrameRequest) return;
    this.#nextKeyFrameRequest = now + intervalMs;
    this.#keyFrameRequests += 1;
    this.#reports.requestKeyFrame();
    this.#options.onKeyFrameNeeded();
  }
}
