import { CarrierMatcher } from './carrierMatcher.js';
import type { EncodedStreams } from './encodedStreams.js';
import { writeCarrier, type Packet } from './packet.js';
import { splitPacket } from './parts.js';

/** Side of the carrier's picture: large enough to lose none, small enough to cost little. */
const CARRIER_SIDE = 32;
const GREY = 128;
/** Least difference between the timestamps of two carriers, µs: the matcher tells them apart by it. */
const CARRIER_GAP_US = 4000;
/** A carrier that has not come out after this time was dropped by the encoder or is held back. */
const MAX_WAIT_MS = 60;

/** A packet whose `sent` stamp is set when its carrier leaves. */
export interface PendingPacket {
  readonly packet: Packet;
  /** Capture time on this machine's clock, ms. */
  readonly capturedAt: number;
  /** Share of packets that get lost, 0…1: it goes in parts with parities, so that some of them may be. Default 0. */
  readonly loss?: number;
}

export interface CarrierSenderOptions {
  readonly writable: WritableStream<VideoFrame>;
  /** Machine time, ms. */
  readonly now: () => number;
  /** The browser made a key frame of the carrier, as a PLI asks for, with no key frame of ours inside. */
  readonly onRestart: () => void;
}

/**
 * Sends packets inside the frames of the carrier track (worker side).
 *
 * `send` writes a tiny grey frame; the browser encodes it and hands it to the
 * sender transform, which puts the packet behind the carrier's bytes.
 */
export class CarrierSender {
  readonly #options: CarrierSenderOptions;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #matcher = new CarrierMatcher<PendingPacket>();
  /**
   * The bytes of the last key frame that the browser made of a carrier, instead of those of any other one: so none
   * needs another, and no decoder that lacks one asks for a key frame (PLI).
   */
  #keyCarrier: Uint8Array | undefined;
  readonly #grey = new Uint8Array((CARRIER_SIDE * CARRIER_SIDE * 3) / 2).fill(GREY);
  readonly #waiting = new Set<() => void>();
  /** The parts of one packet leave before those of the next. */
  #sending: Promise<void> = Promise.resolve();
  #lastTimestamp = -Infinity;
  #lastOut = -Infinity;
  #sent = 0;

  constructor(options: CarrierSenderOptions) {
    this.#options = options;
    this.#writer = options.writable.getWriter();
  }

  /** Packets that left. */
  get sent(): number {
    return this.#sent;
  }

  /** Packets given up because their carrier never came out. */
  get lost(): number {
    return this.#matcher.overflowed;
  }

  /** Whether carriers come out at present. Until then `probe` has to be called. */
  get flowing(): boolean {
    return this.#matcher.anchored && this.#options.now() - this.#lastOut < 1000;
  }

  /** Writes a carrier without payload, to find out whether carriers flow. */
  async probe(timestamp: number): Promise<void> {
    await this.#write(timestamp, undefined);
  }

  /**
   * Writes a carrier with a packet and waits until it left, but not for long.
   *
   * @param timestamp of the captured frame, µs
   */
  async send(timestamp: number, pending: PendingPacket): Promise<void> {
    const sent = this.#sending.then(() => this.#send(timestamp, pending));
    this.#sending = sent.catch(() => undefined);
    await sent;
  }

  /** Connects the encoded streams of the carrier's sender. */
  attach({ readable, writable }: EncodedStreams): void {
    const transform = new TransformStream<RTCEncodedVideoFrame, RTCEncodedVideoFrame>({
      transform: (frame, controller) => {
        this.#fill(frame);
        controller.enqueue(frame);
      },
    });
    // The pipe ends with the sender; that is no error of ours.
    readable
      .pipeThrough(transform)
      .pipeTo(writable)
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#settle();
    await this.#writer.close().catch(() => undefined);
  }

  async #send(timestamp: number, pending: PendingPacket): Promise<void> {
    const { packet, loss = 0, ...rest } = pending;
    for (const part of splitPacket(packet, loss)) {
      await this.#write(timestamp, { ...rest, packet: part });
    }
  }

  /** Carriers go forward only, whatever the times of the pictures. */
  async #write(wanted: number, pending: PendingPacket | undefined): Promise<void> {
    const timestamp = Math.max(wanted, this.#lastTimestamp + CARRIER_GAP_US);
    this.#lastTimestamp = timestamp;
    this.#matcher.write(timestamp / 1000, pending);
    const left = new Promise<void>((resolve) => {
      const timer = setTimeout(done, MAX_WAIT_MS);
      const waiting = this.#waiting;
      function done(): void {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      }
      waiting.add(done);
    });
    await this.#writer.write(
      new VideoFrame(this.#grey, {
        format: 'I420',
        codedWidth: CARRIER_SIDE,
        codedHeight: CARRIER_SIDE,
        timestamp,
      }),
    );
    await left;
  }

  #fill(frame: RTCEncodedVideoFrame): void {
    const now = this.#options.now();
    const packets = this.#matcher.take(frame.timestamp).map(({ packet, capturedAt }) => ({
      ...packet,
      stamps: { ...packet.stamps, sent: now - capturedAt },
    }));
    const browsers = new Uint8Array(frame.data);
    if (frame.type === 'key') {
      this.#keyCarrier = browsers;
      if (!packets.some((packet) => packet.reference === undefined)) this.#options.onRestart();
    }
    const carrier = this.#keyCarrier ?? browsers;
    const bytes = packets.length > 0 ? writeCarrier(carrier, packets) : carrier.slice();
    frame.data = bytes.buffer as ArrayBuffer;
    this.#sent += packets.length;
    this.#lastOut = now;
    this.#settle();
  }

  #settle(): void {
    for (const done of [...this.#waiting]) done();
  }
}
