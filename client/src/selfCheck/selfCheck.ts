import { AudioLevel } from '../capture/audioLevel.js';
import type { CodecWorkers } from '../codec-worker/codecWorkers.js';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import type { LocalMediaState } from '../room/localMedia.js';
import type { ServerConnection } from '../room/serverConnection.js';
import type { VideoTarget } from '../settings.js';
import { WorkQueue } from '../workQueue.js';
import { checkMediaPath } from './mediaPath.js';
import {
  CHECKING,
  judgeCamera,
  judgeConnection,
  judgeEncoder,
  judgeMicrophone,
  type Verdict,
} from './verdicts.js';

export interface SelfCheckState {
  readonly camera: Verdict;
  readonly microphone: Verdict;
  readonly connection: Verdict;
  readonly encoder: Verdict;
}

export const UNCHECKED: SelfCheckState = {
  camera: CHECKING,
  microphone: CHECKING,
  connection: CHECKING,
  encoder: CHECKING,
};

interface SelfCheckEvents {
  changed: SelfCheckState;
}

const LISTEN_INTERVAL_MS = 100;
/** Of the level meter's scale, about −45 dB: above the noise of a quiet room. */
const HEARD_LEVEL = 0.25;

/** Tries everything a call needs while the join page is open. */
export class SelfCheck extends Emitter<SelfCheckEvents> {
  /** Two measurements at once would slow each other down. */
  readonly #measuring = new WorkQueue();
  #state = UNCHECKED;
  #media: LocalMediaState | undefined;
  #listening: { readonly track: MediaStreamTrack; stop(): void } | undefined;
  #heard = false;
  #connectionRun = new AbortController();
  #closed = false;

  get state(): SelfCheckState {
    return this.#state;
  }

  /** Judges camera and microphone as they are now, and listens until something is heard. */
  noteMedia(media: LocalMediaState): void {
    if (this.#closed) return;
    this.#media = media;
    if (this.#listening?.track !== media.mic) this.#listenTo(media.mic);
    this.#judgeMedia(media);
  }

  /** Opens a path of media to the server by UDP, then by TCP. */
  async checkConnection(connecting: Promise<ServerConnection>): Promise<void> {
    this.#connectionRun.abort();
    const { signal } = (this.#connectionRun = new AbortController());
    this.#update({ connection: CHECKING });
    let verdict: Verdict;
    try {
      const { request } = (await connecting).signaling;
      const udp = await checkMediaPath(request, 'udp', signal);
      const tcp = await checkMediaPath(request, 'tcp', signal);
      verdict = judgeConnection(udp, tcp);
    } catch (cause) {
      const { message } = ClientError.from(
        cause,
        'media-failed',
        'The way to the server could not be checked. Try again.',
      );
      verdict = { level: 'bad', text: message };
    }
    if (!signal.aborted) this.#update({ connection: verdict });
  }

  /** Measures the real encoder; it must be warm. */
  async checkEncoder(codec: CodecWorkers, target: VideoTarget): Promise<void> {
    this.#update({ encoder: CHECKING });
    try {
      const speed = await this.#measuring.run(() => codec.measureEncoder(target));
      if (speed !== undefined) this.#update({ encoder: judgeEncoder(speed, target) });
    } catch (cause) {
      const { message } = ClientError.from(cause, 'codec-failed', 'The encoder failed.');
      this.#update({ encoder: { level: 'bad', text: message } });
    }
  }

  /** Nothing to measure: the browser's VP8 is fast everywhere. */
  noteVp8(reason: string): void {
    this.#update({ encoder: { level: 'fair', text: `VP8: ${reason}.` } });
  }

  close(): void {
    this.#closed = true;
    this.#connectionRun.abort();
    this.#listening?.stop();
    this.#listening = undefined;
    this.clear();
  }

  #judgeMedia(media: LocalMediaState): void {
    this.#update({
      camera: judgeCamera(media),
      microphone: judgeMicrophone(media, this.#heard),
    });
  }

  #listenTo(track: MediaStreamTrack | undefined): void {
    this.#listening?.stop();
    this.#listening = undefined;
    this.#heard = false;
    if (track === undefined) return;
    const level = new AudioLevel(track);
    const timer = setInterval(() => {
      if (level.read() < HEARD_LEVEL) return;
      clearInterval(timer);
      this.#heard = true;
      if (this.#media !== undefined) this.#judgeMedia(this.#media);
    }, LISTEN_INTERVAL_MS);
    this.#listening = {
      track,
      stop: () => {
        clearInterval(timer);
        level.close();
      },
    };
  }

  #update(part: Partial<SelfCheckState>): void {
    if (this.#closed) return;
    this.#state = { ...this.#state, ...part };
    this.emit('changed', this.#state);
  }
}
