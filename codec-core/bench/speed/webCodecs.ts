/** Times the codecs of the browser itself, one frame at a time, as a call has them. */
import type { Y4mStream } from '../../src/media/y4m.js';

export interface WebCodec {
  readonly label: string;
  /** Codec string of WebCodecs. */
  readonly codec: string;
}

export const WEB_CODECS: readonly WebCodec[] = [
  { label: 'VP8', codec: 'vp8' },
  { label: 'VP9', codec: 'vp09.00.31.08' },
  { label: 'AV1', codec: 'av01.0.05M.08' },
  { label: 'H.264', codec: 'avc1.42e01f' },
];

export interface WebCodecResult {
  /** Milliseconds per coded frame after the first. */
  readonly encode: number[];
  readonly decode: number[];
  readonly bytesPerFrame: number;
}

const WARM_UP_FRAMES = 4;
const PATIENCE_MS = 10_000;

/** @throws when a codec that swallowed a frame would be waited for for ever */
async function inTime<T>(result: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${String(PATIENCE_MS / 1000)} s`);
    timer = setTimeout(() => reject(error), PATIENCE_MS);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

/** One output per input: the next output, or the error that came instead. */
class Mailbox<T> {
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  next(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  readonly put = (value: T): void => this.#resolve(value);
  readonly fail = (error: unknown): void => this.#reject(error);
}

/**
 * @param bitrate bit/s
 * @throws when the browser does not have the codec in software, or it stands still.
 */
export async function timeWebCodec(
  { codec }: WebCodec,
  { header, frames }: Y4mStream,
  bitrate: number,
): Promise<WebCodecResult> {
  const { width, height, frameRate } = header;
  const framerate = frameRate.numerator / frameRate.denominator;
  const config: VideoEncoderConfig = {
    ...{ codec, width, height, bitrate, framerate },
    latencyMode: 'realtime',
    hardwareAcceleration: 'prefer-software',
    ...(codec.startsWith('avc1') ? { avc: { format: 'annexb' as const } } : {}),
  };
  const coded = new Mailbox<EncodedVideoChunk>();
  const pictures = new Mailbox<VideoFrame>();
  const encoder = new VideoEncoder({ output: coded.put, error: coded.fail });
  const decoder = new VideoDecoder({ output: pictures.put, error: pictures.fail });
  encoder.configure(config);
  decoder.configure({ codec, optimizeForLatency: true, hardwareAcceleration: 'prefer-software' });
  const result = { encode: [] as number[], decode: [] as number[], bytesPerFrame: 0 };
  let index = 0;
  let counted = 0;
  for await (const data of frames) {
    const timestamp = Math.round((index * 1e6) / framerate);
    const init = { format: 'I420', codedWidth: width, codedHeight: height, timestamp } as const;
    const frame = new VideoFrame(data, init);
    const start = performance.now();
    const output = coded.next();
    encoder.encode(frame, { keyFrame: index === 0 });
    // Under rate control an encoder may leave a frame out: then nothing comes before it is done.
    const chunk = await inTime(Promise.race([output, encoder.flush().then(() => undefined)]));
    const between = performance.now();
    if (index >= WARM_UP_FRAMES) counted += 1;
    if (chunk === undefined) {
      frame.close();
      index += 1;
      continue;
    }
    const picture = pictures.next();
    decoder.decode(chunk);
    (await inTime(picture)).close();
    const end = performance.now();
    frame.close();
    if (index++ < WARM_UP_FRAMES) continue;
    result.encode.push(between - start);
    result.decode.push(end - between);
    result.bytesPerFrame += chunk.byteLength;
  }
  encoder.close();
  decoder.close();
  result.bytesPerFrame /= Math.max(1, counted);
  return result;
}
