import type { FeedbackReport } from '@inncall/sfu/protocol';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import type { EncodedStreams } from '../transport/encodedStreams.js';
import { loadCodecAssets } from './codecAssets.js';
import type { EncoderSpeed } from './encoderSpeed.js';
import {
  encodeEventSchema,
  type EncodeCommand,
  type EncodeSettings,
  type EncodeStats,
  type NetworkReading,
  type Picture,
} from './messages.js';
import type { PictureSize } from './swayingScene.js';

interface EncodeWorkerEvents {
  stats: EncodeStats;
  failed: ClientError;
}

/** Window side of one encode worker: `create` loads the codec, `open` publishes. */
export class EncodeWorkerClient extends Emitter<EncodeWorkerEvents> {
  readonly worker: Worker;
  readonly #pictures = new Map<number, (picture: Picture | undefined) => void>();
  #onReady: (() => void) | undefined;
  #onOpened: (() => void) | undefined;
  #onSpeed: ((speed: EncoderSpeed | undefined) => void) | undefined;
  #onRehearsed: ((coded: Uint8Array) => void) | undefined;
  #onLoadFailed: ((error: ClientError) => void) | undefined;
  #nextRequestId = 0;

  private constructor() {
    super();
    this.worker = new Worker(new URL('./innEncode.worker.ts', import.meta.url), {
      type: 'module',
      name: 'inn-encode',
    });
    this.worker.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    this.worker.onerror = ({ message }) => this.#fail(message);
  }

  /** @throws ClientError 'codec-failed' */
  static async create(): Promise<EncodeWorkerClient> {
    const assets = await loadCodecAssets();
    const client = new EncodeWorkerClient();
    try {
      await new Promise<void>((resolve, reject) => {
        client.#onReady = resolve;
        client.#onLoadFailed = reject;
        client.#post({ type: 'load', assets });
      });
    } catch (error) {
      client.close();
      throw error;
    }
    client.#onLoadFailed = undefined;
    return client;
  }

  /**
   * Encodes pictures of this size; `undefined` where publishing came between.
   *
   * @param onRehearsed takes each coded picture
   */
  measureSpeed(
    size: PictureSize,
    onRehearsed: (coded: Uint8Array) => void,
  ): Promise<EncoderSpeed | undefined> {
    return new Promise((resolve) => {
      this.#onSpeed = resolve;
      this.#onRehearsed = onRehearsed;
      this.#post({ type: 'measure', width: size.width, height: size.height });
    });
  }

  /** After it the sender transform may be attached. `carrier` is moved into the worker. */
  open(carrier: WritableStream<VideoFrame>, settings: EncodeSettings): Promise<void> {
    return new Promise((resolve) => {
      this.#onOpened = resolve;
      this.#post({ type: 'open', carrier, settings }, [carrier]);
    });
  }

  /** Codes the frames of this stream from now on. It is moved into the worker. */
  setSource(frames: ReadableStream<VideoFrame>): void {
    this.#post({ type: 'source', frames }, [frames]);
  }

  attachStreams({ readable, writable }: EncodedStreams): void {
    this.#post({ type: 'encodedStreams', readable, writable }, [readable, writable]);
  }

  setSettings(settings: EncodeSettings): void {
    this.#post({ type: 'settings', settings });
  }

  setNetwork(reading: NetworkReading): void {
    this.#post({ type: 'network', reading });
  }

  setDecodeLoad(decodeMs: number): void {
    this.#post({ type: 'decodeLoad', decodeMs });
  }

  setClockOffset(offset: number): void {
    this.#post({ type: 'clock', offset });
  }

  setPaused(paused: boolean): void {
    this.#post({ type: 'paused', paused });
  }

  /** The server asks for a picture that can be decoded alone; since `at`, room time. */
  requestKeyFrame(at: number): void {
    this.#post({ type: 'keyFrame', at });
  }

  /** @param receiver peer that sent the report */
  setFeedback(receiver: string, report: FeedbackReport): void {
    this.#post({ type: 'feedback', receiver, report });
  }

  removeReceiver(receiver: string): void {
    this.#post({ type: 'receiverLeft', receiver });
  }

  /** The picture coded at this room time, while the worker keeps pictures (`probe`). */
  findPicture(captureTime: number): Promise<Picture | undefined> {
    const requestId = this.#nextRequestId++;
    return new Promise((resolve) => {
      this.#pictures.set(requestId, resolve);
      this.#post({ type: 'picture', requestId, captureTime });
    });
  }

  close(): void {
    this.worker.terminate();
    this.clear();
  }

  #post(command: EncodeCommand, transfer: Transferable[] = []): void {
    this.worker.postMessage(command, transfer);
  }

  #receive(data: unknown): void {
    const parsed = encodeEventSchema.safeParse(data);
    if (!parsed.success) {
      this.#fail(parsed.error.message);
      return;
    }
    const event = parsed.data;
    switch (event.type) {
      case 'ready':
        this.#onReady?.();
        return;
      case 'rehearsed':
        this.#onRehearsed?.(event.coded);
        return;
      case 'speed':
        this.#onSpeed?.(event.speed);
        return;
      case 'opened':
        this.#onOpened?.();
        return;
      case 'failed':
        this.#fail(event.message);
        return;
      case 'stats':
        this.emit('stats', event.stats);
        return;
      case 'picture':
        this.#pictures.get(event.requestId)?.(event.picture);
        this.#pictures.delete(event.requestId);
    }
  }

  #fail(message: string): void {
    const error = new ClientError('codec-failed', `The encoder failed: ${message}`);
    this.#onLoadFailed?.(error);
    this.emit('failed', error);
  }
}
