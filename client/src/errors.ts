/** What went wrong, as a word that the interface can turn into advice. */
export type ClientErrorCode =
  | 'no-camera'
  | 'no-microphone'
  | 'permission-refused'
  | 'device-busy'
  | 'screen-refused'
  | 'unsupported-browser'
  | 'server-gone'
  | 'server-refused'
  | 'room-full'
  | 'media-failed'
  | 'codec-failed'
  | 'bad-message';

/** The one error class of the client. `message` says what to do next. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClientError';
    this.code = code;
  }

  /** Wraps anything thrown; a `ClientError` passes unchanged. */
  static from(cause: unknown, code: ClientErrorCode, message: string): ClientError {
    return cause instanceof ClientError ? cause : new ClientError(code, message, { cause });
  }
}
