import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import { headerBytes, peekFrame, readHeader, writeHeader, type FrameHeader } from './header.js';

const common = {
  qp: fc.integer({ min: 0, max: 63 }),
  groups: fc.integer({ min: 1, max: 4 }),
  exact: fc.boolean(),
  frameId: fc.integer({ min: 0, max: 255 }),
};
const side = fc.integer({ min: 8, max: 4096 });
const word = fc.integer({ min: 0, max: 0xffffffff });
const key = fc
  .record({ ...common, width: side, height: side, modelId: word, checksum: word })
  .map((h): FrameHeader => ({ ...h, type: 'key', referenceId: h.frameId }));
const predicted = fc
  .record({
    ...common,
    distance: fc.integer({ min: 1, max: 255 }),
    checksum: fc.integer({ min: 0, max: 0xffff }),
  })
  .map(({ distance, ...h }): FrameHeader => ({
    ...h,
    type: 'predicted',
    referenceId: (h.frameId - distance + 256) % 256,
    width: 0,
    height: 0,
    modelId: 0,
  }));

describe('frame header', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.oneof(key, predicted), (header) => {
        const length = headerBytes(header);
        const bytes = new Uint8Array(length);
        writeHeader(bytes, header);
        expect(readHeader(bytes)).toEqual(header);
        expect(peekFrame(bytes)).toEqual(header);
        expect(() => readHeader(bytes.subarray(0, length - 1))).toThrow(CodecError);
      }),
    );
  });

  it('answers any bytes with a header or a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        try {
          expect(readHeader(bytes).qp).toBeLessThanOrEqual(63);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          expect(peekFrame(bytes)).toBeUndefined();
        }
      }),
    );
  });
});
