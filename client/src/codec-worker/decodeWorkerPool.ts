import type { FeedbackReport, Repair } from '@inncall/sfu/protocol';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import type { EncodedStreams } from '../transport/encodedStreams.js';
import { loadCodecAssets } from './codecAssets.js';
import {
  decodeEventSchema,
  type DecodeCommand,
  type DecodeEvent,
  type DecodeStats,
  type FrameTimeline,
} from './messages.js';

interface DecodeHandleEvents {
  stats: {
    readonly stats: DecodeStats;
    readonly timelines: readonly FrameTimeline[];
    readonly repairs: readonly Repair[];
  };
  feedback: FeedbackReport;
  keyFrameNeeded: undefined;
  /** The first picture of this layer since it is preferred is on the shown track. */
  shown: { readonly gapMs: number };
}

/** One consumer's place in a decode worker. */
export class DecodeHandle extends Emitter<DecodeHandleEvents> {
  readonly consumerId: string;
  readonly #worker: DecodeWorker;

  constructor(worker: DecodeWorker, consumerId: string) {
    super();
    this.#worker = worker;
    this.consumerId = consumerId;
  }

  get worker(): Worker {
    return this.#worker.worker;
  }

  attachStreams({ readable, writable }: EncodedStreams): void {
    const { consumerId } = this;
    this.#worker.post({ type: 'encodedStreams', consumerId, readable, writable }, [
      readable,
      writable,
    ]);
  }

  /** Shows this layer of its track from its next picture on. */
  prefer(): void {
    this.#worker.post({ type: 'prefer', consumerId: this.consumerId });
  }

  /** Nothing will come for a while, on purpose. */
  standStill(): void {
    this.#worker.post({ type: 'standstill', consumerId: this.consumerId });
  }

  /** Pictures wait until they are this old, ms since their capture; 0: none waits. */
  setLeastLatency(ms: number): void {
    this.#worker.post({ type: 'leastLatency', consumerId: this.consumerId, ms });
  }

  close(): void {
    this.#worker.remove(this.consumerId);
    this.clear();
  }
}

/** Layers of one source share a track. */
export interface TrackPlace {
  readonly trackId: string;
  /** With the first layer; moved into the worker. */
  readonly output: WritableStream<VideoFrame> | undefined;
}

class DecodeWorker {
  readonly worker = new Worker(new URL('./innDecode.worker.ts', import.meta.url), {
    type: 'module',
    name: 'inn-decode',
  });
  /** Resolves when the codec is loaded. */
  readonly ready: Promise<void>;
  readonly #handles = new Map<
    string,
    { handle: DecodeHandle; trackId: string; onOpened: () => void }
  >();
  readonly #onFailed: (error: ClientError) => void;
  #settleReady: { resolve: () => void; reject: (error: ClientError) => void } | undefined;

  constructor(clockOffset: number, onFailed: (error: ClientError) => void) {
    this.#onFailed = onFailed;
    this.worker.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    this.worker.onerror = ({ message }) => this.#fail(message);
    const loaded = new Promise<void>((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready = loadCodecAssets().then((assets) => {
      this.post({ type: 'load', assets });
      this.post({ type: 'clock', offset: clockOffset });
      return loaded;
    });
  }

  get load(): number {
    return this.#handles.size;
  }

  post(command: DecodeCommand, transfer: Transferable[] = []): void {
    this.worker.postMessage(command, transfer);
  }

  serves(trackId: string): boolean {
    return [...this.#handles.values()].some((entry) => entry.trackId === trackId);
  }

  async open(consumerId: string, { trackId, output }: TrackPlace): Promise<DecodeHandle> {
    const handle = new DecodeHandle(this, consumerId);
    const opened = new Promise<void>((resolve) => {
      this.#handles.set(consumerId, { handle, trackId, onOpened: resolve });
    });
    await this.ready;
    this.post({ type: 'open', consumerId, trackId, output }, output === undefined ? [] : [output]);
    await opened;
    return handle;
  }

  remove(consumerId: string): void {
    if (this.#handles.delete(consumerId)) this.post({ type: 'close', consumerId });
  }

  #receive(data: unknown): void {
    const parsed = decodeEventSchema.safeParse(data);
    if (parsed.success) this.#dispatch(parsed.data);
    else this.#fail(parsed.error.message);
  }

  #dispatch(event: DecodeEvent): void {
    switch (event.type) {
      case 'ready':
        this.#settleReady?.resolve();
        return;
      case 'failed':
        this.#fail(event.message);
        return;
      case 'opened':
        this.#handles.get(event.consumerId)?.onOpened();
        return;
      case 'stats':
        this.#handles.get(event.consumerId)?.handle.emit('stats', event);
        return;
      case 'feedback':
        this.#handles.get(event.consumerId)?.handle.emit('feedback', event.report);
        return;
      case 'keyFrameNeeded':
        this.#handles.get(event.consumerId)?.handle.emit('keyFrameNeeded', undefined);
        return;
      case 'shown':
        this.#handles.get(event.consumerId)?.handle.emit('shown', event);
    }
  }

  #fail(message: string): void {
    const error = new ClientError('codec-failed', `The decoder failed: ${message}`);
    this.#settleReady?.reject(error);
    this.#onFailed(error);
  }
}

interface PoolEvents {
  failed: ClientError;
}

/**
 * Spreads consumers over a few decode workers, the least loaded first. One is
 * made in advance, so that the first picture does not wait for the codec.
 */
export class DecodeWorkerPool extends Emitter<PoolEvents> {
  readonly #maxWorkers: number;
  readonly #workers: DecodeWorker[] = [];
  #clockOffset = 0;

  /** @param cores logical processors; one is left to the window and the encoder */
  constructor(cores: number) {
    super();
    this.#maxWorkers = Math.min(4, Math.max(1, cores - 1));
  }

  /** Starts the first worker. @throws ClientError 'codec-failed' */
  async warmUp(): Promise<void> {
    await (this.#workers[0] ?? this.#addWorker()).ready;
  }

  /** Lets the first worker decode a picture for practice, unless it is in use. */
  rehearse(coded: Uint8Array): void {
    const [worker] = this.#workers;
    if (worker?.load === 0) worker.post({ type: 'rehearse', coded });
  }

  /** After it the receiver transform may be attached. The layers of a track share a worker. */
  open(consumerId: string, place: TrackPlace): Promise<DecodeHandle> {
    const same = this.#workers.find((worker) => worker.serves(place.trackId));
    return (same ?? this.#pickWorker()).open(consumerId, place);
  }

  setClockOffset(offset: number): void {
    this.#clockOffset = offset;
    for (const worker of this.#workers) worker.post({ type: 'clock', offset });
  }

  close(): void {
    for (const worker of this.#workers.splice(0)) worker.worker.terminate();
    this.clear();
  }

  #pickWorker(): DecodeWorker {
    const least = this.#workers.toSorted((a, b) => a.load - b.load)[0];
    if (least !== undefined && (least.load === 0 || this.#workers.length === this.#maxWorkers)) {
      return least;
    }
    return this.#addWorker();
  }

  #addWorker(): DecodeWorker {
    const worker = new DecodeWorker(this.#clockOffset, (error) => this.emit('failed', error));
    this.#workers.push(worker);
    return worker;
  }
}
