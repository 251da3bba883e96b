import { describe, expect, it } from 'vitest';
import { RateLimiter } from './RateLimiter.js';

describe('RateLimiter', () => {
  it('lets a burst through, then the rate', () => {
    const limiter = new RateLimiter();
    const allowed = (count: number, now: number): number =>
      Array.from({ length: count }, () => limiter.allow('chat', now)).filter(Boolean).length;
    expect(allowed(50, 0)).toBe(10);
    expect(allowed(50, 1000)).toBe(2);
    expect(allowed(50, 1_000_000)).toBe(10);
  });

  it('counts each type by itself', () => {
    const limiter = new RateLimiter();
    for (let i = 0; i < 100; i += 1) limiter.allow('chat', 0);
    expect(limiter.allow('chat', 0)).toBe(false);
    expect(limiter.allow('produce', 0)).toBe(true);
    expect(limiter.allow('other', 0)).toBe(true);
  });
});
