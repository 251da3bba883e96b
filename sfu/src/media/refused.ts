import { SfuError } from '../errors.js';

/**
 * Runs a mediasoup call for a request.
 * @throws SfuError `media-failed` for what mediasoup refuses; an SfuError of `call` as it is.
 */
export async function refused<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof SfuError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SfuError('media-failed', `${what} was refused: ${reason}`, { cause });
  }
}
