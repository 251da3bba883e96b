import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError } from '../errors.js';
import { packModel, unpackModel, type ModelManifest } from './modelPack.js';

const manifest: ModelManifest = {
  modelId: 7,
  sha256: 'ab',
  fieldChannels: { key: 96, predicted: 64 },
  stages: ['a', 'b'],
};
const files = new Map([
  ['a', Uint8Array.of(1, 2, 3)],
  ['b', new Uint8Array(0)],
]);

describe('model pack', () => {
  it('gives back manifest and files', () => {
    expect(unpackModel(packModel(manifest, files))).toEqual({ manifest, stages: files });
  });

  it('refuses damage', () => {
    const pack = packModel(manifest, files);
    fc.assert(
      fc.property(fc.nat(pack.length - 1), (length) => {
        expect(() => unpackModel(pack.subarray(0, length))).toThrow(CodecError);
      }),
    );
  });
});
