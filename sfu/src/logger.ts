import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * Structured log lines (JSON) on standard output.
 * error: surfaced or unrecoverable; warn: recovered; info: once per step of a life cycle; debug: the rest.
 */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
