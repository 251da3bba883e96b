import { LIMITS, type SamplesAck, type SamplesWanted } from '@inncall/sfu/protocol';
import type { types } from 'mediasoup-client';
import { openCamera, openMicrophone, openScreen } from '../capture/devices.js';
import { TimeCodedTrack } from '../capture/timeCodedTrack.js';
import type { CodecWorkers } from '../codec-worker/codecWorkers.js';
import type { EncodeSettings } from '../codec-worker/messages.js';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import { takeSamples } from '../quality/sampledPsnr.js';
import { SCREEN_TARGET, type VideoTarget } from '../settings.js';
import type { TransformApi } from '../transport/encodedTransform.js';
import type { MediaTransports } from '../transport/mediaTransports.js';
import { WorkQueue } from '../workQueue.js';
import { VideoPublication } from './videoPublication.js';

export interface LocalMediaOptions {
  readonly codec: CodecWorkers;
  readonly cameraTarget: VideoTarget;
  readonly api: TransformApi | undefined;
  readonly probe: boolean;
  /** Draw the time into the camera's pictures. */
  readonly timeCode: boolean;
  /** How many INN layers of the camera are offered; undefined: as many as this device can code. */
  readonly layers: number | undefined;
  /** Room time minus machine time, ms. */
  readonly clockOffset: () => number;
}

export interface LocalMediaState {
  readonly camera: MediaStreamTrack | undefined;
  readonly screen: MediaStreamTrack | undefined;
  readonly mic: MediaStreamTrack | undefined;
  readonly micOn: boolean;
  /** Devices that are asked for at present. */
  readonly opening: boolean;
  readonly cameraError: ClientError | undefined;
  readonly micError: ClientError | undefined;
}

interface LocalMediaEvents {
  changed: undefined;
}

/**
 * Camera, microphone and screen of this person: open on the join page already,
 * published while in a call. A muted microphone stays open, a camera that is
 * off is closed, so that its lamp goes out.
 */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  readonly camera: VideoPublication;
  readonly screen: VideoPublication;
  readonly #options: LocalMediaOptions;
  readonly #work = new WorkQueue();
  #cameraTarget: VideoTarget;
  #transports: MediaTransports | undefined;
  #mic: MediaStreamTrack | undefined;
  #micOn = true;
  #micProducer: types.Producer | undefined;
  #timeCoded: TimeCodedTrack | undefined;
  #cameraId: string | undefined;
  #micId: string | undefined;
  #opening = 0;
  #cameraError: ClientError | undefined;
  #micError: ClientError | undefined;

  constructor(options: LocalMediaOptions) {
    super();
    const { codec, cameraTarget, api, layers, clockOffset } = options;
    this.#options = options;
    this.#cameraTarget = cameraTarget;
    const publication = (source: 'camera' | 'screen', target: VideoTarget) =>
      new VideoPublication({
        source,
        codec,
        api,
        clockOffset,
        settings: this.#settingsFor(source, target),
        maxLayers: source === 'camera' ? (layers ?? LIMITS.layers) : 1,
        regardless: layers !== undefined,
      });
    this.camera = publication('camera', cameraTarget);
    this.screen = publication('screen', SCREEN_TARGET);
  }

  get state(): LocalMediaState {
    return {
      camera: this.camera.track,
      screen: this.screen.track,
      mic: this.#mic,
      micOn: this.#micOn && this.#mic !== undefined,
      opening: this.#opening > 0,
      cameraError: this.#cameraError,
      micError: this.#micError,
    };
  }

  setCameraOn(on: boolean): Promise<void> {
    return this.#change(async () => {
      this.#cameraError = undefined;
      if (!on) return this.camera.setTrack(undefined);
      if (this.camera.track !== undefined) return;
      try {
        await this.camera.setTrack(await this.#openCamera());
      } catch (cause) {
        this.#cameraError = ClientError.from(cause, 'no-camera', 'The camera could not be opened.');
      }
    });
  }

  chooseCamera(deviceId: string): Promise<void> {
    return this.#change(async () => {
      this.#cameraId = deviceId;
      if (this.camera.track === undefined) return;
      try {
        await this.camera.setTrack(await this.#openCamera());
      } catch (cause) {
        this.#cameraError = ClientError.from(cause, 'no-camera', 'The camera could not be opened.');
      }
    });
  }

  /** Opens the camera with another size, rate and bit rate. */
  setCameraTarget(target: VideoTarget): Promise<void> {
    return this.#change(async () => {
      this.#cameraTarget = target;
      this.camera.setSettings(this.#settingsFor('camera', target));
      if (this.camera.track !== undefined) await this.camera.setTrack(await this.#openCamera());
    });
  }

  setMicOn(on: boolean): Promise<void> {
    return this.#change(async () => {
      this.#micOn = on;
      this.#micError = undefined;
      if (on && this.#mic === undefined) await this.#openMic();
      if (this.#mic !== undefined) this.#mic.enabled = on;
      if (on) this.#micProducer?.resume();
      else this.#micProducer?.pause();
    });
  }

  chooseMic(deviceId: string): Promise<void> {
    return this.#change(async () => {
      this.#micId = deviceId;
      if (this.#mic !== undefined) await this.#openMic();
    });
  }

  /** @throws ClientError 'screen-refused' */
  async startScreen(): Promise<void> {
    const track = await openScreen(SCREEN_TARGET);
    track.addEventListener('ended', () => void this.stopScreen());
    return this.#change(async () => {
      await this.screen.setTransports(this.#transports);
      await this.screen.setTrack(track);
    });
  }

  stopScreen(): Promise<void> {
    return this.#change(() => this.screen.close());
  }

  setVp8Wanted(wanted: boolean): Promise<void> {
    return this.#change(async () => {
      await this.camera.setVp8Wanted(wanted);
      await this.screen.setVp8Wanted(wanted);
    });
  }

  /** Devices to open first, from an earlier visit. */
  chooseDevices(cameraId: string | undefined, micId: string | undefined): void {
    this.#cameraId = cameraId;
    this.#micId = micId;
  }

  /** Publishes everything on these transports; `undefined` after the call. */
  publish(transports: MediaTransports | undefined): Promise<void> {
    return this.#change(async () => {
      this.#transports = transports;
      this.#micProducer?.close();
      this.#micProducer = undefined;
      await this.#produceMic();
      await this.camera.setTransports(transports);
      await this.screen.setTransports(transports);
    });
  }

  /** Samples of the camera's picture with this time drawn in; null outside of test mode. */
  async sourceSamples({ source, drawnAt }: SamplesWanted): Promise<SamplesAck> {
    const picture = source === 'camera' && (await this.#timeCoded?.findPicture(drawnAt));
    return picture ? takeSamples(picture, drawnAt) : null;
  }

  async close(): Promise<void> {
    this.clear();
    await this.#work.run(async () => {
      this.#micProducer?.close();
      this.#mic?.stop();
      await this.camera.close();
      await this.screen.close();
    });
  }

  async #change(change: () => Promise<void>): Promise<void> {
    this.#opening += 1;
    this.emit('changed', undefined);
    try {
      await this.#work.run(change);
    } finally {
      this.#opening -= 1;
      this.emit('changed', undefined);
    }
  }

  #settingsFor(content: 'camera' | 'screen', target: VideoTarget): EncodeSettings {
    const { maxBitrate, frameRate } = target;
    return { content, maxBitrate, frameRate, scale: 1, probe: this.#options.probe };
  }

  async #openCamera(): Promise<MediaStreamTrack> {
    const track = this.#mark(await openCamera(this.#cameraTarget, this.#cameraId));
    track.addEventListener('ended', () => {
      if (this.camera.track !== track) return;
      this.#cameraError = new ClientError(
        'no-camera',
        'The camera was disconnected. Connect it or choose another one.',
      );
      void this.#change(() => this.camera.setTrack(undefined));
    });
    return track;
  }

  /** In test mode the track with the time drawn in, else the track itself. */
  #mark(source: MediaStreamTrack): MediaStreamTrack {
    const { timeCode, clockOffset } = this.#options;
    if (!timeCode) return source;
    this.#timeCoded = new TimeCodedTrack({ source, clockOffset });
    return this.#timeCoded.track;
  }

  async #openMic(): Promise<void> {
    try {
      const track = await openMicrophone(this.#micId);
      this.#mic?.stop();
      this.#mic = track;
      track.enabled = this.#micOn;
      if (this.#micProducer === undefined) await this.#produceMic();
      else await this.#micProducer.replaceTrack({ track });
    } catch (cause) {
      this.#micError = ClientError.from(
        cause,
        'no-microphone',
        'The microphone could not be opened.',
      );
    }
  }

  async #produceMic(): Promise<void> {
    if (this.#transports === undefined || this.#mic === undefined) return;
    this.#micProducer = await this.#transports.produce({
      track: this.#mic,
      appData: { source: 'mic', codec: 'opus' },
      paused: !this.#micOn,
    });
    if (!this.#micOn) this.#micProducer.pause();
  }
}
