import { ClientError } from '../errors.js';

export interface Notice {
  readonly text: string;
  readonly error: boolean;
}

const listeners = new Set<(notice: Notice) => void>();

/** Tells the person something that needs no answer. */
export function notify(what: string | ClientError): void {
  const notice =
    what instanceof ClientError
      ? { text: what.message, error: true }
      : { text: what, error: false };
  for (const listener of listeners) listener(notice);
}

/** Shows notices; the returned function stops it. */
export function onNotice(listener: (notice: Notice) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
