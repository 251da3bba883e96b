/** Time code worker: draws the time of capture into every picture of a track. */
import { machineTime } from '../codec-worker/machineTime.js';
import { PictureRing } from '../codec-worker/pictureRing.js';
import { drawTimeCode } from '../latency/timeCode.js';
import { toTick } from '../transport/packet.js';
import { readPicture } from './framePicture.js';
import { PictureMemory } from './pictureMemory.js';
import {
  timeCodeCommandSchema,
  type TimeCodeCommand,
  type TimeCodeEvent,
} from './timeCodeMessages.js';
import { toVideoFrame } from './videoFrame.js';

declare const self: DedicatedWorkerGlobalScope;

const KEPT_BYTES = 48 * 2 ** 20;

const pictures = new PictureRing(KEPT_BYTES);
let clockOffset = 0;

function post(event: TimeCodeEvent): void {
  self.postMessage(event);
}

async function mark({ frames, output }: Extract<TimeCodeCommand, { type: 'open' }>): Promise<void> {
  const reader = frames.getReader();
  const writer = output.getWriter();
  const memory = new PictureMemory();
  for (;;) {
    const { done, value: frame } = await reader.read();
    if (done) break;
    const captureTime = toTick(machineTime() + clockOffset);
    const { timestamp } = frame;
    try {
      const used = new Set<Uint8Array>();
      const picture = await readPicture(frame, (bytes) => {
        const piece = memory.take(bytes, used);
        used.add(piece);
        return piece;
      });
      drawTimeCode(picture, captureTime);
      pictures.add({ ...picture, captureTime });
      await writer.write(toVideoFrame({ ...picture, timestamp }, picture.color));
    } catch {
      // The marked track was stopped, and with it goes its source.
      break;
    } finally {
      frame.close();
    }
  }
  await Promise.allSettled([reader.cancel(), writer.close()]);
  post({ type: 'ended' });
}

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  const command = timeCodeCommandSchema.parse(data);
  switch (command.type) {
    case 'open':
      void mark(command);
      return;
    case 'clock':
      clockOffset = command.offset;
      return;
    case 'picture':
      post({
        type: 'picture',
        requestId: command.requestId,
        picture: pictures.find(command.time),
      });
  }
};
