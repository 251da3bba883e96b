import type { ErrorCode } from './protocol/index.js';

/** Codes of failures outside of a request, when the server starts. */
export type StartErrorCode = 'bad-option' | 'address-in-use' | 'worker-missing';

/** The error of this package. `message` says what to do next; `cause` keeps what went wrong. */
export class SfuError extends Error {
  override readonly name = 'SfuError';

  constructor(
    readonly code: ErrorCode | StartErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
