import { CodecError } from '../errors.js';
import type { FrameType } from '../codec/types.js';
import { MAX_DIMENSION, MIN_DIMENSION } from '../frame/i420.js';

/** Version of the bitstream; 0..7, in every frame. */
export const BITSTREAM_VERSION = 5;
/** Frame numbers wrap here. */
export const FRAME_ID_MODULUS = 256;
const KEY_HEADER_BYTES = 15;
/** Of a frame predicted from the one before; others take a byte more. */
export const PREDICTED_HEADER_BYTES = 5;
/** In byte 1: the frame before is the reference. */
const FROM_BEFORE = 0x80;

/** Everything before the entropy-coded payload of a frame; see docs/BITSTREAM.md. */
export interface FrameHeader {
  readonly type: FrameType;
  readonly qp: number;
  /** Latent frequency groups in the payload, 1..4. */
  readonly groups: number;
  /** The decoded picture is the encoder's input, sample for sample. */
  readonly exact: boolean;
  readonly frameId: number;
  /** Predicted frames: number of the picture predicted from. */
  readonly referenceId: number;
  /** Key frames: size and model; 0 in predicted frames. */
  readonly width: number;
  readonly height: number;
  readonly modelId: number;
  /** Of the decoded picture: 32 bits in key frames, the low 16 in predicted ones. */
  readonly checksum: number;
}

/** Bits of `checksum` that a frame of this type carries. */
export function checksumMask(type: FrameType): number {
  return type === 'key' ? 0xffffffff : 0xffff;
}

/** Bytes of a header. */
export function headerBytes(header: Pick<FrameHeader, 'type' | 'frameId' | 'referenceId'>): number {
  if (header.type === 'key') return KEY_HEADER_BYTES;
  return PREDICTED_HEADER_BYTES + (distanceOf(header) === 1 ? 0 : 1);
}

/** How many frame numbers back the reference of a predicted frame is. */
function distanceOf(header: Pick<FrameHeader, 'frameId' | 'referenceId'>): number {
  return (header.frameId - header.referenceId + FRAME_ID_MODULUS) % FRAME_ID_MODULUS;
}

/** Writes the header at the start of `out`, `headerBytes` long. */
export function writeHeader(out: Uint8Array, header: FrameHeader): void {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const key = header.type === 'key';
  out[0] =
    (BITSTREAM_VERSION << 5) |
    (key ? 0x10 : 0) |
    ((header.groups - 1) << 2) |
    (header.exact ? 0x01 : 0);
  out[1] = header.qp;
  out[2] = header.frameId;
  if (!key) {
    view.setUint16(3, header.checksum & 0xffff, true);
    const distance = distanceOf(header);
    if (distance === 1) out[1] |= FROM_BEFORE;
    else out[5] = distance;
    return;
  }
  view.setUint16(3, header.width, true);
  view.setUint16(5, header.height, true);
  view.setUint32(7, header.modelId, true);
  view.setUint32(11, header.checksum, true);
}

/**
 * Reads a header; checks every field that has a range.
 * @throws CodecError 'bad-bitstream' or 'version-mismatch'.
 */
export function readHeader(data: Uint8Array): FrameHeader {
  const first = data[0];
  if (first === undefined) throw damaged('the frame is empty');
  const version = first >> 5;
  if (version !== BITSTREAM_VERSION) {
    throw new CodecError(
      'version-mismatch',
      `the frame has bitstream version ${version}, this decoder reads ${BITSTREAM_VERSION}; use the same build on both sides`,
    );
  }
  if ((first & 0x02) !== 0) throw damaged('a reserved bit is set');
  const key = (first & 0x10) !== 0;
  const fromBefore = !key && ((data[1] ?? 0) & FROM_BEFORE) !== 0;
  const predictedBytes = PREDICTED_HEADER_BYTES + (fromBefore ? 0 : 1);
  if (data.length < (key ? KEY_HEADER_BYTES : predictedBytes)) {
    throw damaged(`${data.length} bytes cannot hold a frame header`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const qp = view.getUint8(1) - (fromBefore ? FROM_BEFORE : 0);
  if (qp > 63) throw damaged(`quantization index ${qp} is above 63`);
  const frameId = view.getUint8(2);
  const common = {
    qp,
    groups: ((first >> 2) & 0x03) + 1,
    exact: (first & 0x01) !== 0,
    frameId,
  };
  if (!key) {
    const distance = fromBefore ? 1 : view.getUint8(5);
    if (distance === 0) throw damaged('the frame names itself as its reference');
    return {
      ...common,
      type: 'predicted',
      referenceId: (frameId - distance + FRAME_ID_MODULUS) % FRAME_ID_MODULUS,
      width: 0,
      height: 0,
      modelId: 0,
      checksum: view.getUint16(3, true),
    };
  }
  const width = view.getUint16(3, true);
  const height = view.getUint16(5, true);
  for (const side of [width, height]) {
    if (side < MIN_DIMENSION || side > MAX_DIMENSION) {
      throw damaged(`picture size ${width}x${height} is out of range`);
    }
  }
  return {
    ...common,
    type: 'key',
    referenceId: frameId,
    width,
    height,
    modelId: view.getUint32(7, true),
    checksum: view.getUint32(11, true),
  };
}

/** Reads only what routing needs; total: undefined when the bytes are no frame. */
export function peekFrame(data: Uint8Array): FrameHeader | undefined {
  try {
    return readHeader(data);
  } catch {
    return undefined;
  }
}

function damaged(what: string): CodecError {
  return new CodecError('bad-bitstream', `damaged frame: ${what}; wait for the next key frame`);
}
