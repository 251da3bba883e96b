import { DecodeWorkerPool } from './decodeWorkerPool.js';
import type { EncoderSpeed } from './encoderSpeed.js';
import { EncodeWorkerClient } from './encodeWorkerClient.js';
import type { PictureSize } from './swayingScene.js';

/** The codec threads of this page, warmed up while the join page is open. */
export class CodecWorkers {
  readonly decoders: DecodeWorkerPool;
  #spareEncoder: Promise<EncodeWorkerClient> | undefined;

  constructor(cores: number) {
    this.decoders = new DecodeWorkerPool(cores);
  }

  /** Loads the codec into one encoder and one decoder. @throws ClientError 'codec-failed' */
  async warmUp(): Promise<void> {
    this.#spareEncoder ??= EncodeWorkerClient.create();
    await Promise.all([this.#spareEncoder, this.decoders.warmUp()]);
  }

  /**
   * Measures the encoder, while the decoder rehearses on what comes of it.
   *
   * @returns `undefined` when it is taken already
   * @throws ClientError 'codec-failed'
   */
  async measureEncoder(size: PictureSize): Promise<EncoderSpeed | undefined> {
    const encoder = await this.#spareEncoder;
    return encoder?.measureSpeed(size, (coded) => this.decoders.rehearse(coded));
  }

  /** An encoder that belongs to the caller. @throws ClientError 'codec-failed' */
  takeEncoder(): Promise<EncodeWorkerClient> {
    const encoder = this.#spareEncoder ?? EncodeWorkerClient.create();
    this.#spareEncoder = undefined;
    return encoder;
  }

  close(): void {
    this.decoders.close();
    this.#spareEncoder?.then(
      (encoder) => encoder.close(),
      () => undefined,
    );
    this.#spareEncoder = undefined;
  }
}
