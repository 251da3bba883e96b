import { CodecError } from '../errors.js';

/** Description of a trained model (models/manifest.json), and what a stream must match. */
export interface ModelManifest {
  /** 32-bit identifier carried by key frames. */
  readonly modelId: number;
  readonly sha256: string;
  /** Channels of the conditioning field of each network. */
  readonly fieldChannels: { readonly key: number; readonly predicted: number };
  /** Stage names; every stage is one ONNX file. */
  readonly stages: readonly string[];
}

/** A model read from its pack. */
export interface ModelPack {
  readonly manifest: ModelManifest;
  readonly stages: ReadonlyMap<string, Uint8Array>;
}

const HEADER_BYTES = 4;

/**
 * All files of one model kind in one blob, so that a browser fetches them at once: u32 length of a
 * JSON header {manifest, files: [[name, bytes], ..]}, the header, then the files in that order.
 */
export function packModel(
  manifest: ModelManifest,
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const sizes = [...files].map(([name, data]) => [name, data.length] as const);
  const header = new TextEncoder().encode(JSON.stringify({ manifest, files: sizes }));
  const total = [...files.values()].reduce((sum, data) => sum + data.length, 0);
  const out = new Uint8Array(HEADER_BYTES + header.length + total);
  new DataView(out.buffer).setUint32(0, header.length, true);
  out.set(header, HEADER_BYTES);
  let at = HEADER_BYTES + header.length;
  for (const data of files.values()) {
    out.set(data, at);
    at += data.length;
  }
  return out;
}

/** @throws CodecError 'runtime-failed' when the blob is not a model pack. */
export function unpackModel(pack: Uint8Array): ModelPack {
  try {
    const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
    const headerLength = view.getUint32(0, true);
    const text = new TextDecoder().decode(pack.subarray(HEADER_BYTES, HEADER_BYTES + headerLength));
    const header = JSON.parse(text) as {
      manifest: ModelManifest;
      files: readonly (readonly [string, number])[];
    };
    const stages = new Map<string, Uint8Array>();
    let at = HEADER_BYTES + headerLength;
    for (const [name, size] of header.files) {
      stages.set(name, pack.slice(at, at + size));
      at += size;
    }
    if (at !== pack.length) throw new RangeError(`${pack.length - at} bytes are left over`);
    return { manifest: header.manifest, stages };
  } catch (cause) {
    throw new CodecError(
      'runtime-failed',
      'the model pack is damaged; build codec-core again (npm run build)',
      { cause },
    );
  }
}
