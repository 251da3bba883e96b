import type { WebRtcTransport } from 'mediasoup/types';
import { z } from 'zod';
import type { MediaRouter } from './WorkerPool.js';

/** Start of the downlink estimate, bit/s: enough for the first key frames of a small room. */
const INITIAL_DOWNLINK = 2_500_000;

/** @param forceTcp offer no UDP candidates. */
export function createWebRtcTransport(
  { router, webRtcServer }: MediaRouter,
  forceTcp: boolean,
): Promise<WebRtcTransport> {
  return router.createWebRtcTransport({
    webRtcServer,
    enableUdp: !forceTcp,
    enableTcp: true,
    preferUdp: true,
    initialAvailableOutgoingBitrate: INITIAL_DOWNLINK,
  });
}

/** A transport for a self-check, over one protocol only. */
export function createCheckTransport(
  { router, webRtcServer }: MediaRouter,
  protocol: 'udp' | 'tcp',
): Promise<WebRtcTransport> {
  return router.createWebRtcTransport({
    webRtcServer,
    enableUdp: protocol === 'udp',
    enableTcp: protocol === 'tcp',
  });
}

const bweSchema = z.object({ availableBitrate: z.number(), desiredBitrate: z.number() });
export type DownlinkEstimate = z.infer<typeof bweSchema>;

/** Calls `listener` with every bandwidth estimate (bit/s) of an outgoing transport. */
export async function traceDownlink(
  transport: WebRtcTransport,
  listener: (estimate: DownlinkEstimate) => void,
): Promise<void> {
  transport.on('trace', ({ type, info }) => {
    if (type !== 'bwe') return;
    const estimate = bweSchema.safeParse(info);
    if (estimate.success) listener(estimate.data);
  });
  await transport.enableTraceEvent(['bwe']);
}
