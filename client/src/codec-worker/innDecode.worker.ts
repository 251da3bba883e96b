/** Decode worker: the received videos of several consumers, to their shown tracks. */
import { createDecoder, type CodecRuntime } from '@inncall/codec-core';
import { toVideoFrame } from '../capture/videoFrame.js';
import { attachCarrierReceiver } from '../transport/carrierReceiver.js';
import type { EncodedStreams } from '../transport/encodedStreams.js';
import { transformOptionsSchema } from '../transport/transformOptions.js';
import { DecodeStream } from './decodeStream.js';
import { machineTime } from './machineTime.js';
import { decodeCommandSchema, type DecodeCommand, type DecodeEvent } from './messages.js';
import { WorkQueue } from '../workQueue.js';
import { createWorkerRuntime } from './workerRuntime.js';

declare const self: DedicatedWorkerGlobalScope;

const STATS_INTERVAL_MS = 250;
const TICK_INTERVAL_MS = 50;

const decoding = new Map<string, DecodeStream>();
/** By consumer, where the browser lets the transform send a PLI. */
const pictureLossIndications = new Map<string, () => void>();
const work = new WorkQueue();
let runtime: CodecRuntime | undefined;
let clockOffset = 0;

function post(event: DecodeEvent): void {
  self.postMessage(event);
}

function fail(cause: unknown): void {
  post({ type: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
}

function open(consumerId: string, output: WritableStream<VideoFrame>): void {
  if (runtime === undefined) throw new Error('The codec is not loaded yet.');
  const writer = output.getWriter();
  const stream = new DecodeStream({
    decoder: createDecoder(runtime),
    work,
    now: () => machineTime() + clockOffset,
    show: (picture, packet) => {
      // The track of a consumer that just closed takes no more pictures.
      writer.write(toVideoFrame(picture, packet.color)).catch(() => undefined);
    },
    onReport: (report) => post({ type: 'feedback', consumerId, report }),
    onKeyFrameNeeded: () => {
      pictureLossIndications.get(consumerId)?.();
      post({ type: 'keyFrameNeeded', consumerId });
    },
    onFirstPicture: () => post({ type: 'firstPicture', consumerId }),
  });
  decoding.set(consumerId, stream);
}

function attach(consumerId: string, streams: EncodedStreams): void {
  const stream = decoding.get(consumerId);
  if (stream === undefined) return;
  attachCarrierReceiver(streams, {
    onPackets: (packets) => stream.push(packets),
    onMalformed: () => stream.noteMalformed(),
  });
}

async function handle(command: DecodeCommand): Promise<void> {
  switch (command.type) {
    case 'load':
      runtime = await createWorkerRuntime(command.assets);
      post({ type: 'ready' });
      return;
    case 'clock':
      clockOffset = command.offset;
      return;
    case 'open':
      open(command.consumerId, command.output);
      post({ type: 'opened', consumerId: command.consumerId });
      return;
    case 'encodedStreams':
      attach(command.consumerId, command);
      return;
    case 'close': {
      const stream = decoding.get(command.consumerId);
      decoding.delete(command.consumerId);
      pictureLossIndications.delete(command.consumerId);
      await stream?.close();
    }
  }
}

setInterval(() => {
  for (const [consumerId, stream] of decoding) {
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
  for (const stream of decoding.values()) stream.tick();
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
