import type { RequestType } from '../protocol/index.js';

interface Bucket {
  readonly perSecond: number;
  readonly burst: number;
}

const DEFAULT: Bucket = { perSecond: 30, burst: 120 };

/** Requests that come in streams, or that cost others something. */
const BUCKETS: Partial<Record<RequestType, Bucket>> = {
  feedback: { perSecond: 600, burst: 1200 },
  sourceSamples: { perSecond: 30, burst: 60 },
  requestKeyFrame: { perSecond: 5, burst: 20 },
  setConsumerPreferences: { perSecond: 60, burst: 240 },
  chat: { perSecond: 2, burst: 10 },
  raiseHand: { perSecond: 2, burst: 10 },
  reportStats: { perSecond: 2, burst: 10 },
  join: { perSecond: 1, burst: 10 },
  checkPath: { perSecond: 1, burst: 10 },
};

/** Token buckets of one connection, one per request type; `other` counts what is no request. */
export class RateLimiter {
  readonly #levels = new Map<string, { tokens: number; at: number }>();

  /** @param now ms, monotonic. */
  allow(type: RequestType | 'other', now: number): boolean {
    const bucket = type === 'other' ? DEFAULT : (BUCKETS[type] ?? DEFAULT);
    const level = this.#levels.get(type) ?? { tokens: bucket.burst, at: now };
    const gained = ((now - level.at) / 1000) * bucket.perSecond;
    const tokens = Math.min(bucket.burst, level.tokens + gained);
    const allowed = tokens >= 1;
    this.#levels.set(type, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed;
  }
}
