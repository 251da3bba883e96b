import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CarrierMatcher } from './carrierMatcher.js';

const RTP = 2 ** 32;
/** What the browser makes of a frame's time: 90 kHz, rounded to 1 ms, unknown offset. */
const rtpOf = (time: number, offset: number) => (Math.round(time) * 90 + offset) % RTP;

describe('CarrierMatcher', () => {
  test('is anchored by the first carrier that comes out', () => {
    const matcher = new CarrierMatcher<string>();
    matcher.write(1000);
    expect(matcher.anchored).toBe(false);
    expect(matcher.take(rtpOf(1000, 12345))).toEqual([]);
    expect(matcher.anchored).toBe(true);
    matcher.write(1033.4, 'a');
    expect(matcher.take(rtpOf(1033.4, 12345))).toEqual(['a']);
  });

  test('every payload leaves once and in order while carriers are dropped at random', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: RTP - 1 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 10, max: 80, noNaN: true }),
        (offset, drops, interval) => {
          const matcher = new CarrierMatcher<number>();
          matcher.write(5000);
          matcher.take(rtpOf(5000, offset));
          const out: number[] = [];
          [...drops, false].forEach((dropped, index) => {
            const time = 5000 + (index + 1) * interval;
            matcher.write(time, index);
            if (!dropped) out.push(...matcher.take(rtpOf(time, offset)));
          });
          expect(out).toEqual(Array.from({ length: drops.length + 1 }, (_, index) => index));
          expect(matcher.overflowed).toBe(0);
        },
      ),
    );
  });

  test('follows a slow drift of the offset', () => {
    const matcher = new CarrierMatcher<number>();
    matcher.write(0);
    matcher.take(0);
    for (let index = 1; index < 200; index += 1) {
      matcher.write(index * 33, index);
      expect(matcher.take(rtpOf(index * 33, index * 20))).toEqual([index]);
    }
  });

  test('anchors anew when a timestamp fits nothing', () => {
    const matcher = new CarrierMatcher<string>();
    matcher.write(0);
    matcher.take(100);
    matcher.write(40, 'a');
    expect(matcher.take(2 ** 31)).toEqual(['a']);
    matcher.write(80, 'b');
    expect(matcher.take(2 ** 31 + 40 * 90)).toEqual(['b']);
  });

  test('a lone late carrier takes nothing of the next one', () => {
    const matcher = new CarrierMatcher<string>();
    matcher.write(0);
    matcher.take(0);
    matcher.write(33);
    matcher.write(66, 'b');
    expect(matcher.take(33 * 90)).toEqual([]);
    expect(matcher.take(66 * 90)).toEqual(['b']);
  });

  test('gives up the oldest when nothing comes out for long', () => {
    const matcher = new CarrierMatcher<number>();
    for (let index = 0; index < 70; index += 1) matcher.write(index * 33, index);
    expect(matcher.overflowed).toBe(6);
  });
});
