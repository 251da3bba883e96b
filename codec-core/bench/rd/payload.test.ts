import { describe, expect, it } from 'vitest';
import { annexBPayload, ivfPayload } from './payload.js';

describe('annexBPayload', () => {
  it('counts NAL units without start codes and padding', () => {
    const stream = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 0, 3, 4, 0, 0];
    expect(annexBPayload(Uint8Array.from(stream))).toBe(3 + 2 + 4);
  });

  it('is 0 for an empty stream', () => {
    expect(annexBPayload(new Uint8Array(0))).toBe(0);
  });
});

function ivf(...frames: number[][]): Uint8Array {
  const header = new Uint8Array(32);
  const records = frames.flatMap((frame) => {
    const head = new Uint8Array(12);
    new DataView(head.buffer).setUint32(0, frame.length, true);
    return [...head, ...frame];
  });
  return Uint8Array.from([...header, ...records]);
}

describe('ivfPayload', () => {
  it('counts frames without headers and temporal delimiters', () => {
    expect(ivfPayload(ivf([1, 2, 3], [0x12, 0, 9, 9], []))).toEqual([3, 2, 0]);
  });

  it('rejects a file that is cut off', () => {
    expect(() => ivfPayload(ivf([1, 2, 3]).subarray(0, -1))).toThrow(/cut off/);
  });
});
