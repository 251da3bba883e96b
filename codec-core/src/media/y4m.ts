/**
 * YUV4MPEG2 ("y4m"): an ASCII header line, then per frame the line `FRAME` and the raw planes.
 * Reads and writes 8-bit 4:2:0 with planes Y, U, V; the three ways to place chroma samples differ
 * in nothing the codec sees.
 */
import { CodecError } from '../errors.js';
import { i420Size, MAX_DIMENSION } from '../frame/i420.js';
import { ByteReader, type ByteSource } from './byteReader.js';

export interface Rational {
  readonly numerator: number;
  readonly denominator: number;
}

export interface Y4mHeader {
  /** 1..MAX_DIMENSION samples */
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly frameRate: Rational;
}

export interface Y4mStream {
  readonly header: Y4mHeader;
  /** Tightly packed I420 pictures. Ends at the end of the file; throws `bad-file` within a frame. */
  readonly frames: AsyncGenerator<Uint8Array, void, undefined>;
}

const SIGNATURE = 'YUV4MPEG2';
const MAX_HEADER = 1024;
const MAX_FRAME_LINE = 256;
const CHROMA = new Set(['420', '420jpeg', '420mpeg2', '420paldv']);
/** Where a header gives no frame rate or 0:0 (unknown). */
const DEFAULT_RATE: Rational = { numerator: 30, denominator: 1 };
const CONVERT = 'ffmpeg -i INPUT -pix_fmt yuv420p -f yuv4mpegpipe OUT.y4m';

function bad(message: string): CodecError {
  return new CodecError('bad-file', message);
}

function parseSide(name: string, text: string | undefined): number {
  const side = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  if (side < 1 || side > MAX_DIMENSION) {
    throw bad(`The y4m header has no ${name} within 1..${MAX_DIMENSION}; the file is damaged.`);
  }
  return side;
}

function parseRate(text: string | undefined): Rational {
  if (text === undefined || text === '0:0') return DEFAULT_RATE;
  const match = /^(\d{1,9}):(\d{1,9})$/.exec(text);
  const [numerator, denominator] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (numerator < 1 || denominator < 1) {
    throw bad(`The y4m header has the frame rate "${text}"; expected two positive numbers, F30:1.`);
  }
  return { numerator, denominator };
}

function parseHeader(line: string): Y4mHeader {
  const fields = new Map<string, string>();
  for (const field of line.split(' ').slice(1)) {
    // X fields are comments and may repeat; a repeated field of another kind keeps its last value.
    if (field !== '') fields.set(field.charAt(0), field.slice(1));
  }
  const chroma = fields.get('C') ?? '420';
  if (!CHROMA.has(chroma)) {
    throw bad(
      `The y4m file has colour format C${chroma}; only 8-bit 4:2:0 is read. Convert: ${CONVERT}`,
    );
  }
  const interlacing = fields.get('I') ?? 'p';
  if (interlacing !== 'p' && interlacing !== '?') {
    throw bad(
      `The y4m file is interlaced (I${interlacing}). Convert: ${CONVERT.replace(' -pix', ' -vf yadif -pix')}`,
    );
  }
  return {
    width: parseSide('width', fields.get('W')),
    height: parseSide('height', fields.get('H')),
    frameRate: parseRate(fields.get('F')),
  };
}

async function* readFrames(
  reader: ByteReader,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let index = 0; !(await reader.atEnd()); index++) {
    const line = await reader.readLine(MAX_FRAME_LINE);
    if (line === undefined || !/^FRAME( |$)/.test(line)) {
      throw bad(`The y4m file has no FRAME line where frame ${index} should start; it is damaged.`);
    }
    const frame = await reader.read(size);
    if (frame.length < size) {
      throw bad(`The y4m file ends within frame ${index} (${frame.length} of ${size} bytes).`);
    }
    yield frame;
  }
}

/**
 * Reads the header; frames follow one by one as they are asked for.
 *
 * @throws CodecError `bad-file` for anything but progressive 8-bit 4:2:0 y4m.
 */
export async function readY4m(source: ByteSource): Promise<Y4mStream> {
  const reader = new ByteReader(source);
  const line = await reader.readLine(MAX_HEADER);
  if (line === undefined || !(line === SIGNATURE || line.startsWith(`${SIGNATURE} `))) {
    throw bad(`This is not a y4m file (no ${SIGNATURE} line). Convert: ${CONVERT}`);
  }
  const header = parseHeader(line);
  return { header, frames: readFrames(reader, i420Size(header.width, header.height)) };
}

/** Header line of a progressive 4:2:0 file with square samples. */
export function y4mHeader({ width, height, frameRate }: Y4mHeader): Uint8Array {
  const rate = `${frameRate.numerator}:${frameRate.denominator}`;
  return new TextEncoder().encode(`${SIGNATURE} W${width} H${height} F${rate} Ip A1:1 C420jpeg\n`);
}

/** Goes in front of the planes of every frame. */
export function y4mFrameMarker(): Uint8Array {
  return new TextEncoder().encode('FRAME\n');
}
