/** Decode worker: the received videos of several consumers, to their shown tracks. */
import { createDecoder, type CodecRuntime } from '@inncall/codec-core';
import { toVideoFrame } from '../capture/videoFrame.js';
import { attachCarrierReceiver } from '../transport/carrierReceiver.js';
import type { EncodedStreams } from '../transport/encodedStreams.js';
import { transformOptionsSchema } from '../transport/transformOptions.js';
import { DecodeStream } from './decodeStream.js';
import { machineTime } from './machineTime.js';
import { decodeCommandSchema, type DecodeCommand, type DecodeEvent } from './messages.js';
import { Rehearsal } from './rehearsal.js';
import { ShownTrack } from './shownTrack.js';
import { WorkQueue } from '../workQueue.js';
import { PresentationQueue } from './presentationQueue.js';
import { createWorkerRuntime } from './workerRuntime.js';

declare const self: DedicatedWorkerGlobalScope;

const STATS_INTERVAL_MS = 250;
const TICK_INTERVAL_MS = 50;

interface WaitingPicture {
  readonly frame: VideoFrame;
  /** Room time, ms. */
  readonly captureTime: number;
}

interface Layer {
  readonly stream: DecodeStream;
  readonly trackId: string;
}

const decoding = new Map<string, Layer>();
/** By consumer, where the browser lets the transform send a PLI. */
const pictureLossIndications = new Map<string, () => void>();
const tracks = new Map<string, ShownTrack<VideoFrame>>();
const work = new WorkQueue();
let runtime: CodecRuntime | undefined;
let rehearsal: Rehearsal | undefined;
let clockOffset = 0;

function post(event: DecodeEvent): void {
  self.postMessage(event);
}

function roomTime(): number {
  return machineTime() + clockOffset;
}

function fail(cause: unknown): void {
  post({ type: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
}

function trackOf(trackId: string, output: WritableStream<VideoFrame> | undefined) {
  const known = tracks.get(trackId);
  if (known !== undefined) return known;
  if (output === undefined) throw new Error('The first layer of a track brings its output.');
  const writer = output.getWriter();
  const track = new ShownTrack<VideoFrame>({
    // The track of a consumer that just closed takes no more pictures.
    write: (picture) => void writer.write(picture).catch(() => undefined),
    onShown: (consumerId, gapMs) => post({ type: 'shown', consumerId, gapMs }),
  });
  tracks.set(trackId, track);
  return track;
}

function open({ consumerId, trackId, output }: Extract<DecodeCommand, { type: 'open' }>): void {
  if (runtime === undefined) throw new Error('The codec is not loaded yet.');
  const track = trackOf(trackId, output);
  const queue = new PresentationQueue<WaitingPicture>(roomTime, ({ frame, captureTime }) => {
    if (!track.show(consumerId, frame, captureTime, roomTime())) frame.close();
  });
  const stream = new DecodeStream({
    decoder: rehearsal?.end() ?? createDecoder(runtime),
    work,
    now: roomTime,
    show: (picture, packet, dueAt) => {
      const frame = toVideoFrame(picture, packet.color);
      queue.push({ frame, captureTime: packet.captureTime }, dueAt);
    },
    onReport: (report) => post({ type: 'feedback', consumerId, report }),
    onKeyFrameNeeded: () => {
      pictureLossIndications.get(consumerId)?.();
      post({ type: 'keyFrameNeeded', consumerId });
    },
  });
  rehearsal = undefined;
  decoding.set(consumerId, { stream, trackId });
  track.prefer(consumerId);
}

function trackFor(consumerId: string): ShownTrack<VideoFrame> | undefined {
  return tracks.get(decoding.get(consumerId)?.trackId ?? '');
}

function setStanding(consumerId: string, standing: boolean): void {
  const stream = decoding.get(consumerId)?.stream;
  if (stream !== undefined) stream.standing = standing;
}

async function close(consumerId: string): Promise<void> {
  const layer = decoding.get(consumerId);
  decoding.delete(consumerId);
  pictureLossIndications.delete(consumerId);
  if (layer === undefined) return;
  const last = [...decoding.values()].every(({ trackId }) => trackId !== layer.trackId);
  if (last) tracks.delete(layer.trackId);
  await layer.stream.close();
}

function attach(consumerId: string, streams: EncodedStreams): void {
  const stream = decoding.get(consumerId)?.stream;
  if (stream === undefined) return;
  attachCarrierReceiver(streams, {
    onPackets: (packets, absCaptureTime) => stream.push(packets, absCaptureTime),
    onMalformed: () => stream.noteMalformed(),
  });
}

async function handle(command: DecodeCommand): Promise<void> {
  switch (command.type) {
    case 'load':
      runtime = await createWorkerRuntime(command.assets);
      rehearsal = new Rehearsal(work, createDecoder(runtime));
      post({ type: 'ready' });
      return;
    case 'rehearse':
      await rehearsal?.play(command.coded);
      return;
    case 'clock':
      clockOffset = command.offset;
      return;
    case 'open':
      open(command);
      post({ type: 'opened', consumerId: command.consumerId });
      return;
    case 'encodedStreams':
      attach(command.consumerId, command);
      return;
    case 'leastLatency': {
      const stream = decoding.get(command.consumerId)?.stream;
      if (stream !== undefined) stream.leastLatency = command.ms;
      return;
    }
    case 'prefer':
      trackFor(command.consumerId)?.prefer(command.consumerId);
      setStanding(command.consumerId, false);
      return;
    case 'standstill':
      trackFor(command.consumerId)?.standStill(command.consumerId);
      setStanding(command.consumerId, true);
      return;
    case 'close':
      await close(command.consumerId);
  }
}

setInterval(() => {
  for (const [consumerId, { stream }] of decoding) {
    post({
      type: 'stats',
      consumerId,
      stats: stream.stats,
      timelines: stream.takeTimelines(),
      repairs: stream.takeRepairs(),
    });
  }
}, STATS_INTERVAL_MS);

setInterval(() => {
  for (const { stream } of decoding.values()) stream.tick();
}, TICK_INTERVAL_MS);

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  const command = decodeCommandSchema.safeParse(data);
  if (command.success) handle(command.data).catch(fail);
  else fail(command.error);
};

self.onrtctransform = ({ transformer }) => {
  const options = transformOptionsSchema.safeParse(transformer.options);
  if (options.success && options.data.side === 'receiver') {
    const { consumerId } = options.data;
    attach(consumerId, transformer);
    // A PLI travels beside the media: it is through when signalling still waits after an outage.
    pictureLossIndications.set(consumerId, () => {
      transformer.sendKeyFrameRequest().catch(() => undefined);
    });
  }
};
