/** Encode worker: one published video, from captured frames to its carrier. */
import {
  createEncoder,
  createRateController,
  type CodecRuntime,
  type Encoder,
  type RateController,
} from '@inncall/codec-core';
import { readPicture, scalePicture } from '../capture/framePicture.js';
import { CarrierSender } from '../transport/carrierSender.js';
import { CARRIER_OVERHEAD_BYTES } from '../transport/packet.js';
import { transformOptionsSchema } from '../transport/transformOptions.js';
import { measureEncoderSpeed, type EncoderSpeed } from './encoderSpeed.js';
import { EncodeLoop } from './encodeLoop.js';
import { machineTime } from './machineTime.js';
import {
  encodeCommandSchema,
  type EncodeCommand,
  type EncodeEvent,
  type EncodeSettings,
} from './messages.js';
import { PictureRing } from './pictureRing.js';
import type { PictureSize } from './swayingScene.js';
import { createWorkerRuntime } from './workerRuntime.js';

declare const self: DedicatedWorkerGlobalScope;

/** About 47 dB: finer, a camera picture gains only noise, and the active blocks cost twice the time. */
const CAMERA_MIN_QP = 24;
const STATS_INTERVAL_MS = 250;
const PROBE_BYTES = 48 * 2 ** 20;

interface Publication {
  readonly loop: EncodeLoop<VideoFrame>;
  readonly carrier: CarrierSender;
  readonly rate: RateController;
  readonly pictures: PictureRing | undefined;
}

let runtime: CodecRuntime | undefined;
let publication: Publication | undefined;
let measuring: Promise<EncoderSpeed | undefined> | undefined;
let neededForCall = false;
/** The encoder of the measurement, whose memory is in place, for the call's first pictures. */
let practised: (PictureSize & { readonly encoder: Encoder }) | undefined;
let clockOffset = 0;

function post(event: EncodeEvent): void {
  self.postMessage(event);
}

function fail(cause: unknown): void {
  post({ type: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
}

function opened(): Publication {
  if (publication === undefined) throw new Error('The encode worker is not open yet.');
  return publication;
}

function open(writable: WritableStream<VideoFrame>, settings: EncodeSettings): Publication {
  const codec = runtime;
  if (codec === undefined) throw new Error('The codec is not loaded yet.');
  const rate = createRateController({
    kind: settings.content,
    frameRate: settings.frameRate,
    maxBitrate: settings.maxBitrate,
    frameOverheadBytes: CARRIER_OVERHEAD_BYTES,
    ...(settings.content === 'camera' ? { minQp: CAMERA_MIN_QP } : {}),
  });
  const carrier = new CarrierSender({
    writable,
    now: machineTime,
    onRestart: () => loop.noteCarrierRestart(),
  });
  const pictures = settings.probe ? new PictureRing(PROBE_BYTES) : undefined;
  const loop: EncodeLoop<VideoFrame> = new EncodeLoop<VideoFrame>({
    readPicture: async (frame, take) =>
      scalePicture(await readPicture(frame, take), settings.scale, take),
    createEncoder: (size) => takeEncoder(codec, size),
    rate,
    carrier,
    now: machineTime,
    // A captured screen delivers nothing while it stands still.
    ...(settings.content === 'screen' && { repeatMs: 1000 / settings.frameRate }),
    ...(pictures && { onPicture: (picture) => pictures.add(picture) }),
  });
  loop.clockOffset = clockOffset;
  setInterval(() => post({ type: 'stats', stats: loop.stats }), STATS_INTERVAL_MS);
  return { loop, carrier, rate, pictures };
}

function takeEncoder(codec: CodecRuntime, size: PictureSize): Encoder {
  const before = practised;
  practised = undefined;
  if (before?.width === size.width && before.height === size.height) return before.encoder;
  before?.encoder.close().catch(fail);
  return createEncoder(codec, size);
}

async function measure(size: PictureSize): Promise<EncoderSpeed | undefined> {
  if (runtime === undefined) throw new Error('The codec is not loaded yet.');
  const encoder = takeEncoder(runtime, size);
  practised = { ...size, encoder };
  return measureEncoderSpeed({
    ...{ encoder, size, now: machineTime },
    stopped: () => neededForCall,
    onCoded: (coded) => post({ type: 'rehearsed', coded }),
  });
}

async function handle(command: EncodeCommand): Promise<void> {
  switch (command.type) {
    case 'load':
      runtime = await createWorkerRuntime(command.assets);
      post({ type: 'ready' });
      return;
    case 'clock':
      clockOffset = command.offset;
      if (publication) publication.loop.clockOffset = command.offset;
      return;
    case 'measure':
      measuring = measure(command);
      post({ type: 'speed', speed: await measuring });
      return;
    case 'open':
      // Two encoders cannot share this thread's sessions at the same time.
      neededForCall = true;
      await measuring?.catch(() => undefined);
      publication = open(command.carrier, command.settings);
      post({ type: 'opened' });
      return;
    case 'source':
      await opened().loop.read(command.frames);
      return;
    case 'encodedStreams':
      opened().carrier.attach(command);
      return;
    case 'settings':
      opened().rate.setTargetBitrate(command.settings.maxBitrate);
      return;
    case 'network':
      opened().loop.noteNetwork(command.reading);
      return;
    case 'decodeLoad':
      opened().loop.decodeMs = command.decodeMs;
      return;
    case 'paused':
      opened().loop.paused = command.paused;
      return;
    case 'keyFrame':
      opened().loop.requestKeyFrame(command.at);
      return;
    case 'feedback':
      opened().loop.noteReport(command.receiver, command.report);
      return;
    case 'receiverLeft':
      opened().loop.removeReceiver(command.receiver);
      return;
    case 'picture':
      post({
        type: 'picture',
        requestId: command.requestId,
        picture: opened().pictures?.find(command.captureTime),
      });
  }
}

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  const command = encodeCommandSchema.safeParse(data);
  if (command.success) handle(command.data).catch(fail);
  else fail(command.error);
};

self.onrtctransform = ({ transformer }) => {
  const options = transformOptionsSchema.safeParse(transformer.options);
  if (options.success && options.data.side === 'sender') {
    opened().carrier.attach(transformer);
  }
};
