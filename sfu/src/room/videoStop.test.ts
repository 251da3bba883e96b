import { describe, expect, it } from 'vitest';
import { VideoStop } from './videoStop.js';

/** States at every half second of these estimates. */
const states = (estimates: readonly number[], limit = Infinity): string[] => {
  const stop = new VideoStop();
  return estimates.map((estimate, index) => stop.update(index * 500, estimate, limit));
};

describe('VideoStop', () => {
  it('stops after half a second below 80 kbit/s, and not for a moment', () => {
    expect(states([70_000, 90_000, 70_000, 70_000])).toEqual(['open', 'open', 'open', 'stopped']);
  });

  it('returns from 104 kbit/s on', () => {
    expect(states([0, 0, 90_000, 104_000, 85_000])).toEqual([
      'open',
      'stopped',
      'stopped',
      'open',
      'open',
    ]);
  });

  it('tries a little video after 4 s, then after 8 s, and stays if the estimate rises', () => {
    const low = states(Array.from({ length: 60 }, () => 60_000));
    expect(low.indexOf('trial')).toBe(9);
    const second = low.indexOf('trial', low.indexOf('stopped', 9));
    expect(second - low.indexOf('stopped', 9)).toBe(16);
    const rising = [...Array.from({ length: 10 }, () => 60_000), 85_000];
    expect(states(rising).at(-1)).toBe('open');
  });

  it('tries nothing where the receiver wants it so', () => {
    expect(
      states(
        Array.from({ length: 60 }, () => 1e6),
        60_000,
      ),
    ).not.toContain('trial');
  });
});
