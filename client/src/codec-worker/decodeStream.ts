import { CodecError, type DecodedFrame, type Decoder } from '@inncall/codec-core';
import { FrameOrder } from '../transport/frameOrder.js';
import type { Packet } from '../transport/packet.js';
import { DecodeBacklog } from './decodeBacklog.js';
import type { DecodeStats, FrameTimeline } from './messages.js';
import type { WorkQueue } from '../workQueue.js';

/** One retransmission over a long path fits in here; more would be seen as a freeze. */
const MAX_GAP_MS = 150;
const MAX_WAITING = 16;
/** Half a second at 60 frames/s. */
const MAX_BACKLOG = 30;
/** At the start the SFU asks for a key frame itself: give it time. */
const FIRST_KEY_FRAME_MS = 400;
const KEY_FRAME_INTERVAL_MS = 500;
const FREEZE_MS = 200;

export interface DecodeStreamOptions {
  readonly decoder: Decoder;
  /** Shared by all streams of the worker. */
  readonly work: WorkQueue;
  /** Room time, ms. */
  readonly now: () => number;
  readonly show: (picture: DecodedFrame['frame'], packet: Packet) => void;
  readonly onKeyFrameNeeded: () => void;
  readonly onFirstPicture: () => void;
}

/**
 * The receiver's loop for one consumer: packets in any order → decoder →
 * shown track. While a reference is missing nothing is shown, so the last good
 * picture stays, and a key frame is asked for.
 */
export class DecodeStream {
  readonly #options: DecodeStreamOptions;
  readonly #order = new FrameOrder({ maxWait: MAX_GAP_MS, maxWaiting: MAX_WAITING });
  readonly #backlog: DecodeBacklog;
  readonly #arrivals = new WeakMap<Packet, number>();
  readonly #errors: Record<string, number> = {};
  #timelines: FrameTimeline[] = [];
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #closed = false;
  #nextKeyFrameRequest: number | undefined;
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
  #freezes = 0;

  constructor(options: DecodeStreamOptions) {
    this.#options = options;
    this.#backlog = new DecodeBacklog(MAX_BACKLOG, () => this.#needKeyFrame());
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
      errors: { ...this.#errors },
      checksumMismatches: this.#errors['checksum-mismatch'] ?? 0,
      keyFrameRequests: this.#keyFrameRequests,
      width: this.#last?.frame.width ?? 0,
      height: this.#last?.frame.height ?? 0,
      qp: this.#last?.stats.qp ?? 0,
      activeShare: this.#last?.stats.activeShare ?? 0,
      decodeMs: this.#decodeMs,
      longestGapMs: this.#longestGapMs,
      freezes: this.#freezes,
    };
  }

  /** Timelines of the frames shown since the last call. */
  takeTimelines(): FrameTimeline[] {
    const timelines = this.#timelines;
    this.#timelines = [];
    return timelines;
  }

  push(packets: readonly Packet[]): void {
    const now = this.#options.now();
    this.#nextKeyFrameRequest ??= now + FIRST_KEY_FRAME_MS;
    for (const packet of packets) {
      this.#arrivals.set(packet, now);
      this.#enqueue(this.#order.push(packet, now));
    }
    this.#watchGap();
  }

  noteMalformed(): void {
    this.#malformed += 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#gapTimer);
    await this.#options.work.run(() => this.#options.decoder.close());
  }

  #watchGap(): void {
    clearTimeout(this.#gapTimer);
    const { deadline } = this.#order;
    if (deadline === undefined) return;
    this.#gapTimer = setTimeout(
      () => {
        this.#enqueue(this.#order.poll(this.#options.now()));
        this.#watchGap();
      },
      Math.max(1, deadline - this.#options.now()),
    );
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
      this.#last = await this.#options.decoder.decode(packet.data, packet.captureTime * 1000);
    } catch (cause) {
      const code = cause instanceof CodecError ? cause.code : 'unknown';
      this.#errors[code] = (this.#errors[code] ?? 0) + 1;
      this.#needKeyFrame();
      return;
    }
    const decodeEnd = this.#options.now();
    this.#decoded += 1;
    this.#decodeMs = decodeEnd - decodeStart;
    if (packet.keyFrame) this.#keyFrames += 1;
    this.#show(this.#last, packet, decodeEnd);
    this.#timelines.push({
      captureTime: packet.captureTime,
      read: packet.captureTime + packet.stamps.read,
      encodeStart: packet.captureTime + packet.stamps.encodeStart,
      encodeEnd: packet.captureTime + packet.stamps.encodeEnd,
      sent: packet.captureTime + packet.stamps.sent,
      received: this.#arrivals.get(packet) ?? decodeStart,
      decodeStart,
      decodeEnd,
    });
  }

  #show(decoded: DecodedFrame, packet: Packet, now: number): void {
    if (this.#shownAt === undefined) {
      this.#options.onFirstPicture();
    } else {
      const gap = now - this.#shownAt;
      this.#longestGapMs = Math.max(this.#longestGapMs, gap);
      if (gap > FREEZE_MS) this.#freezes += 1;
    }
    this.#shownAt = now;
    this.#rendered += 1;
    this.#options.show(decoded.frame, packet);
  }

  #needKeyFrame(): void {
    const now = this.#options.now();
    if (now < (this.#nextKeyFrameRequest ?? 0)) return;
    this.#nextKeyFrameRequest = now + KEY_FRAME_INTERVAL_MS;
    this.#keyFrameRequests += 1;
    this.#options.onKeyFrameNeeded();
  }
}
