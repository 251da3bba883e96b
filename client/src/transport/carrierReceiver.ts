import type { EncodedStreams } from './encodedStreams.js';
import { parseCarrier, type MalformedReason, type Packet } from './packet.js';

export interface CarrierReceiverHandlers {
  /** @param absCaptureTime the sender's clock, taken for this machine's, ms since the epoch */
  readonly onPackets: (packets: readonly Packet[], absCaptureTime: number | undefined) => void;
  readonly onMalformed: (reason: MalformedReason) => void;
}

/**
 * Receiver transform (worker side): takes the packets out of each carrier
 * frame and gives the carrier's own bytes on, so that the browser's VP8
 * decoder stays content and sends no PLI.
 */
export function attachCarrierReceiver(
  { readable, writable }: EncodedStreams,
  handlers: CarrierReceiverHandlers,
): void {
  const transform = new TransformStream<RTCEncodedVideoFrame, RTCEncodedVideoFrame>({
    transform: (frame, controller) => {
      const absCaptureTime = absCaptureTimeOf(frame);
      const parsed = parseCarrier(new Uint8Array(frame.data));
      if (parsed.kind === 'packets') frame.data = parsed.carrier.slice().buffer;
      controller.enqueue(frame);
      if (parsed.kind === 'packets') handlers.onPackets(parsed.packets, absCaptureTime);
      else if (parsed.kind === 'malformed') handlers.onMalformed(parsed.reason);
    },
  });
  // The pipe ends with the receiver; that is no error of ours.
  readable
    .pipeThrough(transform)
    .pipeTo(writable)
    .catch(() => undefined);
}

/** Chromium states it in the time of this thread's `performance.now()`. */
function absCaptureTimeOf(frame: RTCEncodedVideoFrame): number | undefined {
  const { captureTime } = frame.getMetadata() as { readonly captureTime?: number };
  return captureTime === undefined ? undefined : performance.timeOrigin + captureTime;
}
