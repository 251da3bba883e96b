/** Version of the signalling protocol; `hello` refuses another one. */
export const PROTOCOL_VERSION = 2;

/** Bounds that every message is held to. Lengths are UTF-16 code units, sizes are entries. */
export const LIMITS = {
  roomId: 64,
  displayName: 48,
  id: 64,
  chatText: 2000,
  chatHistory: 100,
  /** Layers of one source, each a producer of its own; 0 is the smallest. */
  layers: 3,
  /** Pixels of a picture's side. */
  pictureSide: 8192,
  /** Frames in one list of a feedback report. */
  feedbackFrames: 128,
  feedbackPackets: 1000,
  /** Parts of one frame. */
  frameParts: 255,
  /** Way of a frame, either sign, ms. */
  tripMs: 60_000,
  /** Latency samples of one stage in one stats report. */
  latencySamples: 256,
  /** Stages in one stats report. */
  latencyEntries: 32,
  /** Base64 characters of a captured picture's samples. */
  sampleCharacters: 16_384,
  /** Repairs in one stats report. */
  repairs: 256,
} as const;
