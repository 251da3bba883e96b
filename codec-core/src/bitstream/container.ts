/**
 * The .innc file: a header, the coded frames each with length and capture time, an end mark with
 * their number. Byte layout: docs/BITSTREAM.md. All numbers are little-endian.
 */
import { CodecError } from '../errors.js';
import { MAX_DIMENSION, MIN_DIMENSION } from '../frame/i420.js';
import { ByteReader, type ByteSource } from '../media/byteReader.js';
import type { Rational } from '../media/y4m.js';

/** Version of the file format; the frames inside have their own. */
const CONTAINER_VERSION = 1;
export const CONTAINER_HEADER_BYTES = 22;
export const RECORD_HEADER_BYTES = 12;
/** Longest frame accepted, a bound on memory: more than a lossless frame of the largest size. */
const MAX_FRAME_BYTES = 1 << 26;

const MAGIC = [0x49, 0x4e, 0x4e, 0x43]; // "INNC"

export interface ContainerHeader {
  /** Luma samples, 8..4096. */
  readonly width: number;
  readonly height: number;
  /** Nominal frames per second; both numbers 1..2³² − 1. */
  readonly frameRate: Rational;
  /** Identifier of the model all frames are coded with. */
  readonly modelId: number;
}

export interface ContainerFrame {
  /** Capture time in microseconds, 0..2⁵³ − 1. */
  readonly timestamp: number;
  /** One coded frame, 1..MAX_FRAME_BYTES bytes. */
  readonly data: Uint8Array;
}

export interface ContainerStream {
  readonly header: ContainerHeader;
  /** Ends after the end mark; throws `bad-file` where the file is damaged or cut off. */
  readonly frames: AsyncGenerator<ContainerFrame, void, undefined>;
}

function bad(message: string): CodecError {
  return new CodecError('bad-file', message);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** First bytes of a file. */
export function containerHeader(header: ContainerHeader): Uint8Array {
  const bytes = new Uint8Array(CONTAINER_HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint8(4, CONTAINER_VERSION);
  view.setUint16(6, header.width, true);
  view.setUint16(8, header.height, true);
  view.setUint32(10, header.frameRate.numerator, true);
  view.setUint32(14, header.frameRate.denominator, true);
  view.setUint32(18, header.modelId, true);
  return bytes;
}

function record(length: number, number: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, length, true);
  view.setBigUint64(4, BigInt(number), true);
  return bytes;
}

/** Goes in front of the data of `frame`. */
export function recordHeader(frame: ContainerFrame): Uint8Array {
  return record(frame.data.length, frame.timestamp);
}

/** Last bytes of a file of `frames` frames; a file without them was cut off. */
export function endMark(frames: number): Uint8Array {
  return record(0, frames);
}

function parseHeader(bytes: Uint8Array): ContainerHeader {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw bad('This is not an INNC file (it does not begin with "INNC").');
  }
  if (bytes.length < CONTAINER_HEADER_BYTES) throw bad('The INNC file ends within its header.');
  const view = viewOf(bytes);
  const version = view.getUint8(4);
  if (version !== CONTAINER_VERSION) {
    throw new CodecError(
      'version-mismatch',
      `The INNC file has format version ${version}, this program reads ${CONTAINER_VERSION}; use the build that wrote it.`,
    );
  }
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  for (const side of [width, height]) {
    if (side < MIN_DIMENSION || side > MAX_DIMENSION) {
      throw bad(`The INNC file has pictures of ${width}×${height}; the header is damaged.`);
    }
  }
  const frameRate = { numerator: view.getUint32(10, true), denominator: view.getUint32(14, true) };
  if (view.getUint8(5) !== 0 || frameRate.numerator === 0 || frameRate.denominator === 0) {
    throw bad('The header of the INNC file is damaged.');
  }
  return { width, height, frameRate, modelId: view.getUint32(18, true) };
}

async function* readFrames(reader: ByteReader): AsyncGenerator<ContainerFrame, void, undefined> {
  for (let index = 0; ; index++) {
    const head = await reader.read(RECORD_HEADER_BYTES);
    if (head.length < RECORD_HEADER_BYTES) {
      throw bad(`The INNC file is cut off after frame ${index - 1}; it has no end mark.`);
    }
    const length = viewOf(head).getUint32(0, true);
    const number = viewOf(head).getBigUint64(4, true);
    if (length === 0) {
      if (number !== BigInt(index) || !(await reader.atEnd())) {
        throw bad(`The end mark after frame ${index - 1} of the INNC file is damaged.`);
      }
      return;
    }
    if (length > MAX_FRAME_BYTES || number > Number.MAX_SAFE_INTEGER) {
      throw bad(`Frame ${index} of the INNC file has a damaged length or time.`);
    }
    const data = await reader.read(length);
    if (data.length < length) {
      throw bad(`The INNC file ends within frame ${index} (${data.length} of ${length} bytes).`);
    }
    yield { timestamp: Number(number), data };
  }
}

/**
 * Reads the header; frames follow one by one as they are asked for. Memory stays within the
 * longest frame that is really there.
 *
 * @throws CodecError `bad-file` when the header is damaged, `version-mismatch` for another format.
 */
export async function readContainer(source: ByteSource): Promise<ContainerStream> {
  const reader = new ByteReader(source);
  const header = parseHeader(await reader.read(CONTAINER_HEADER_BYTES));
  return { header, frames: readFrames(reader) };
}
