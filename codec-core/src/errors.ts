/** What went wrong, for programs. Each message says what to do next, for people. */
export type CodecErrorCode =
  /** An argument is out of its documented range. */
  | 'bad-argument'
  /** The bytes are not a frame of this codec, or are damaged. */
  | 'bad-bitstream'
  /** The stream was made by another bitstream version. */
  | 'version-mismatch'
  /** The stream was made with other model weights. */
  | 'model-mismatch'
  /** The frame predicts from a picture this decoder does not hold; a key frame repairs it. */
  | 'missing-reference'
  /** The decoded picture differs from the encoder's; a key frame repairs it. */
  | 'checksum-mismatch'
  /** A container or picture file is not of the expected format. */
  | 'bad-file'
  /** Models or kernels could not be loaded. */
  | 'runtime-failed'
  /** The object was used after `close()`. */
  | 'closed';

/** The one error class of this package. */
export class CodecError extends Error {
  override readonly name = 'CodecError';

  constructor(
    readonly code: CodecErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
