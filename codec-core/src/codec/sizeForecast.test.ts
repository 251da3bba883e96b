import { describe, expect, it } from 'vitest';
import { SizeForecast } from './sizeForecast.js';

const BLOCKS = 3600;

describe('SizeForecast', () => {
  it('grows with the blocks that are coded and with their residuals', () => {
    const forecast = new SizeForecast();
    expect(forecast.bits(0, 0, BLOCKS)).toBe(0);
    const few = forecast.bits(5000, 100, BLOCKS);
    expect(forecast.bits(5000, 200, BLOCKS)).toBeGreaterThan(few);
    expect(forecast.bits(6000, 100, BLOCKS)).toBeCloseTo(few + 1000);
  });

  it('follows content that takes more than usual', () => {
    const forecast = new SizeForecast();
    const before = forecast.bits(20_000, 400, BLOCKS);
    for (let frame = 0; frame < 30; frame++) {
      forecast.bits(20_000, 400, BLOCKS);
      forecast.learn(1.3 * before);
    }
    expect(forecast.bits(20_000, 400, BLOCKS)).toBeGreaterThan(1.25 * before);
    expect(forecast.bits(20_000, 400, BLOCKS)).toBeLessThan(1.31 * before);
  });

  it('learns little from nearly empty frames, and nothing from empty ones', () => {
    const forecast = new SizeForecast();
    const before = forecast.bits(20_000, 400, BLOCKS);
    const tiny = forecast.bits(20, 1, BLOCKS);
    forecast.learn(4 * tiny);
    expect(forecast.bits(20_000, 400, BLOCKS)).toBeLessThan(1.05 * before);
    forecast.bits(0, 0, BLOCKS);
    const known = forecast.bits(20_000, 400, BLOCKS);
    forecast.bits(0, 0, BLOCKS);
    forecast.learn(100);
    expect(forecast.bits(20_000, 400, BLOCKS)).toBe(known);
  });
});
