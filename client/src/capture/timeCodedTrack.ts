import type { Picture } from '../codec-worker/messages.js';
import { timeCodeEventSchema, type TimeCodeCommand } from './timeCodeMessages.js';

const CLOCK_INTERVAL_MS = 250;

export interface TimeCodedTrackOptions {
  readonly source: MediaStreamTrack;
  /** Room time minus machine time, ms. */
  readonly clockOffset: () => number;
}

/**
 * Test mode: a track that shows what `source` shows with the room time of
 * capture drawn in (`latency/timeCode.ts`). Stopping `track` stops the source.
 */
export class TimeCodedTrack {
  readonly track: MediaStreamTrack;
  readonly #worker = new Worker(new URL('./timeCode.worker.ts', import.meta.url), {
    type: 'module',
    name: 'time-code',
  });
  readonly #requests = new Map<number, (picture: Picture | undefined) => void>();
  readonly #timer: ReturnType<typeof setInterval>;
  #nextRequestId = 0;

  constructor({ source, clockOffset }: TimeCodedTrackOptions) {
    const { readable: frames } = new MediaStreamTrackProcessor({ track: source });
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    this.track = generator;
    this.#worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      const event = timeCodeEventSchema.parse(data);
      if (event.type === 'ended') {
        source.stop();
        this.#close();
      } else {
        this.#requests.get(event.requestId)?.(event.picture);
        this.#requests.delete(event.requestId);
      }
    };
    const tellClock = () => this.#post({ type: 'clock', offset: clockOffset() });
    tellClock();
    this.#timer = setInterval(tellClock, CLOCK_INTERVAL_MS);
    const output = generator.writable;
    this.#post({ type: 'open', frames, output }, [frames, output]);
  }

  /** The picture in which this time was drawn, about the last three seconds. */
  findPicture(time: number): Promise<Picture | undefined> {
    const requestId = this.#nextRequestId++;
    return new Promise((resolve) => {
      this.#requests.set(requestId, resolve);
      this.#post({ type: 'picture', requestId, time });
    });
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#worker.terminate();
    for (const resolve of this.#requests.values()) resolve(undefined);
    this.#requests.clear();
  }

  #post(command: TimeCodeCommand, transfer: Transferable[] = []): void {
    this.#worker.postMessage(command, transfer);
  }
}
