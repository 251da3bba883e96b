import type { I420Frame } from '../frame/i420.js';
import type { OperatingPoint } from '../quant/points.js';

/** A key frame decodes alone; a predicted frame needs its reference. */
export type FrameType = 'key' | 'predicted';

/** What is known of one coded frame, on either side. */
export interface FrameStats {
  readonly type: FrameType;
  /** 16-bit number of the frame in its stream, wrapping. */
  readonly frameId: number;
  /** Number of the picture a predicted frame refers to; absent for key frames. */
  readonly referenceId?: number;
  readonly qp: number;
  /** The decoded picture is the encoder's input, sample for sample. */
  readonly exact: boolean;
  /** Bytes of the frame, everything counted. */
  readonly bytes: number;
  /** Bits by part: header, motion, flags, dc, group0 .. group3. */
  readonly bits: Readonly<Record<string, number>>;
  /** Coded blocks / all blocks, 0..1. */
  readonly activeShare: number;
  /** Milliseconds by stage. */
  readonly stages: Readonly<Record<string, number>>;
  /** 32-bit checksum of the decoded picture. */
  readonly checksum: number;
}

export interface EncodedFrame {
  /** The whole frame; owned by the caller. */
  readonly data: Uint8Array;
  readonly stats: FrameStats;
}

/** Gives memory of a size in bytes, contents undefined. */
export type TakeMemory = (bytes: number) => Uint8Array<ArrayBuffer>;

export interface DecodedFrame {
  /** The picture; owned by the caller, in the memory that it gave. */
  readonly frame: I420Frame;
  readonly stats: FrameStats;
}

/** Encodes the frames of one stream, in order. Calls must not overlap. */
export interface Encoder {
  /**
   * Codes `frame` at `point`. The first frame, and one that follows a failure, is a key frame.
   * @throws CodecError 'bad-argument' for a frame of another size or a point out of range.
   */
  encode(frame: I420Frame, point: OperatingPoint): Promise<EncodedFrame>;
  /** Copy of the last decoded picture, as the receiver sees it; undefined before the first frame. */
  readonly reconstruction: I420Frame | undefined;
  close(): Promise<void>;
}

/** Decodes the frames of one stream. Calls must not overlap. */
export interface Decoder {
  /**
   * Decodes one frame. After any CodecError the decoder stays usable: its references are as before
   * the call and the next key frame decodes.
   * @param timestamp capture time in microseconds, given to the decoded frame.
   * @param take where the picture goes; new memory by default. Used memory is faster by far.
   */
  decode(data: Uint8Array, timestamp: number, take?: TakeMemory): Promise<DecodedFrame>;
  close(): Promise<void>;
}
