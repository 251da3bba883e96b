import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerBytes, readHeader, writeHeader } from '../bitstream/header.js';
import { CodecError } from '../errors.js';
import { createNodeRuntime } from '../node/index.js';
import type { CodecRuntime } from '../runtime.js';
import { movingFrame } from '../testing/pictures.js';
import { createDecoder } from './decoder.js';
import { createEncoder } from './encoder.js';
import type { Decoder } from './types.js';

let runtime: CodecRuntime;
let key: Uint8Array;
let predicted: Uint8Array;
beforeAll(async () => {
  runtime = await createNodeRuntime();
  const encoder = createEncoder(runtime, { width: 48, height: 40 });
  key = (await encoder.encode(movingFrame(48, 40, 0), { qp: 24 })).data;
  predicted = (await encoder.encode(movingFrame(48, 40, 3), { qp: 24 })).data;
});
afterAll(() => runtime.close());

/** Decodes hostile bytes: success or a coded error are both fine, then a key frame must decode. */
async function survives(decoder: Decoder, bytes: Uint8Array): Promise<void> {
  try {
    await decoder.decode(bytes, 0);
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
  }
  const { stats } = await decoder.decode(key, 0);
  expect(stats.type).toBe('key');
}

describe('decoder', () => {
  it('survives random bytes', async () => {
    const decoder = createDecoder(runtime);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (bytes) => survives(decoder, bytes)),
      { numRuns: 60 },
    );
  });

  it('survives random payloads behind a valid header', async () => {
    const decoder = createDecoder(runtime);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, isKey) => {
        const frame = isKey ? key : predicted;
        const header = frame.subarray(0, headerBytes(readHeader(frame)));
        await decoder.decode(key, 0);
        await survives(decoder, Uint8Array.from([...header, ...bytes]));
      }),
      { numRuns: 60 },
    );
  });

  it('survives truncated and flipped frames, and never shows them', async () => {
    const decoder = createDecoder(runtime);
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.nat(),
        fc.nat(7),
        fc.boolean(),
        async (isKey, position, bit, cut) => {
          const whole = isKey ? key : predicted;
          const at = position % whole.length;
          const bytes = cut ? whole.slice(0, at) : whole.slice();
          if (!cut) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
          await decoder.decode(key, 0);
          const good = await decoder.decode(predicted, 0);
          await decoder.decode(key, 0);
          try {
            const { frame } = await decoder.decode(bytes, 0);
            // Only a change that leaves the picture alone (frame number, say) may pass.
            const expected = isKey ? (await decoder.decode(key, 0)).frame : good.frame;
            expect(frame.data).toEqual(expected.data);
          } catch (error) {
            expect(error).toBeInstanceOf(CodecError);
          }
          await decoder.decode(key, 0);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('refuses pictures larger than it was told to expect, before allocating', async () => {
    const decoder = createDecoder(runtime, { maxPixels: 640 * 360 });
    const bytes = key.slice();
    writeHeader(bytes, {
      type: 'key',
      qp: 24,
      groups: 4,
      exact: false,
      frameId: 0,
      referenceId: 0,
      width: 4096,
      height: 4096,
      modelId: runtime.manifest.modelId,
      checksum: 0,
    });
    await expect(decoder.decode(bytes, 0)).rejects.toMatchObject({ code: 'bad-bitstream' });
    await decoder.decode(key, 0);
  });

  it('names the reason: other version, other model, missing reference', async () => {
    const decoder = createDecoder(runtime);
    await expect(decoder.decode(predicted, 0)).rejects.toMatchObject({ code: 'missing-reference' });
    const version = key.slice();
    version[0] = (version[0] ?? 0) ^ 0x80;
    await expect(decoder.decode(version, 0)).rejects.toMatchObject({ code: 'version-mismatch' });
    const model = key.slice();
    model[8] = (model[8] ?? 0) ^ 1;
    await expect(decoder.decode(model, 0)).rejects.toMatchObject({ code: 'model-mismatch' });
    const checksum = key.slice();
    checksum[11] = (checksum[11] ?? 0) ^ 1;
    await expect(decoder.decode(checksum, 0)).rejects.toMatchObject({ code: 'checksum-mismatch' });
  });
});
