/** A frame of the stream, as both the packets and the codec number it. */
export interface StreamFrame {
  /** Counts the sent frames of a stream; never wraps. */
  readonly sequence: number;
  /** The codec's frame number, modulo 256. */
  readonly frameId: number;
}

export interface SentFrameReference extends StreamFrame {
  /** Sequence number of the frame predicted from; `undefined` for a key frame. */
  readonly reference: number | undefined;
  /** What {@link ReferenceChoice.keep} said for this frame, and the encoder was told. */
  readonly keep: number | undefined;
}

/** What one receiver says of the stream, in sequence numbers. Reports may repeat, overtake and vanish. */
export interface ReceiverReport {
  /** Decoded with the right checksum. */
  readonly acknowledged: readonly number[];
  /** Not here, or not decodable. A later acknowledgement revokes it. */
  readonly lost: readonly number[];
  /** Nothing that it holds leads on: it needs a key frame newer than all frames named here. */
  readonly needsKeyFrame: boolean;
  /** Frames that are here although packets of theirs got lost. Default 0. */
  readonly recovered?: number;
}

/** How the next frame is to be coded. */
export interface ReferenceChoice {
  /** What a predicted frame is predicted from; `undefined` where only a key frame is possible. */
  readonly reference: StreamFrame | undefined;
  /** Some receiver can only be helped by a key frame. */
  readonly keyFrameNeeded: boolean;
  /** The reference is an acknowledged frame, because a receiver lost what came after it. */
  readonly repairs: boolean;
  /** Frame number that the encoder must keep; `undefined` for none. */
  readonly keep: number | undefined;
}

/** Frames that lacked a packet. */
export interface LackingFrames {
  /** They waited for it, or for ever; those that build on others not counted. */
  readonly held: number;
  /** Parity took its place. */
  readonly recovered: number;
}

/**
 * Keeps account of which receiver holds which frame of one stream and chooses what the next frame is
 * predicted from. Pure: time is an argument (ms, any clock that does not run backwards).
 */
export interface Recovery {
  /** The frame was handed to the transport. */
  sent(frame: SentFrameReference, now: number): void;
  /** @returns frames that lacked a packet, by the first report of each */
  report(receiver: string, report: ReceiverReport, now: number): LackingFrames;
  /** The receiver left: it holds nobody back any more. */
  remove(receiver: string): void;
  /** The encoder holds nothing any more: a new one, or it failed. */
  reset(): void;
  choose(now: number): ReferenceChoice;
  /**
   * Whether in the last second a lost packet was reported, or a receiver spoke again after a second of silence
   * about frames: then a request for a picture (PLI) that comes from the transport is about that, and the choice
   * of the reference answers it.
   */
  lossKnown(now: number): boolean;
}
