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
}

/** How the next frame is to be coded. */
export interface ReferenceChoice {
  /** What a predicted frame is predicted from; `undefined` where only a key frame is possible. */
  readonly reference: StreamFrame | undefined;
  /** Some receiver can only be helped by a key frame. */
  readonly keyFrameNeeded: boolean;
  /** The reference is an acknowledged frame, because a receiver lost, or seems to have lost, what came after it. */
  readonly repairs: boolean;
  /** Frame number that the encoder must keep; `undefined` for none. */
  readonly keep: number | undefined;
}

/**
 * Keeps account of which receiver holds which frame of one stream and chooses what the next frame is
 * predicted from. Pure: time is an argument (ms, any clock that does not run backwards).
 */
export interface Recovery {
  /** The frame was handed to the transport. */
  sent(frame: SentFrameReference, now: number): void;
  /** @returns frames that are said for the first time to be lost, but for those that build on others */
  report(receiver: string, report: ReceiverReport, now: number): readonly number[];
  /** The receiver left: it holds nobody back any more. */
  remove(receiver: string): void;
  /** The encoder holds nothing any more: a new one, or it failed. */
  reset(): void;
  /**
   * @param doubted what was sent since the newest acknowledged frame has probably got lost: the next one is
   *   predicted from that, so that it can be decoded whether or not
   */
  choose(now: number, doubted?: boolean): ReferenceChoice;
  /**
   * Whether in the last second a receiver spoke again after a second of silence about frames: then a request for
   * a picture (PLI) that comes from the transport is about that, and the choice of the reference answers it.
   */
  returned(now: number): boolean;
}
