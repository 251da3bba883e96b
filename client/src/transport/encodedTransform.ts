import type { EncodedStreams } from './encodedStreams.js';
import type { TransformOptions } from './transformOptions.js';

/** Which of the browser's two APIs gives access to encoded frames. */
export type TransformApi = 'script' | 'streams';

interface WithEncodedStreams {
  createEncodedStreams(): EncodedStreams;
}

/** Chromium's switch for `createEncodedStreams`. */
interface EncodedStreamsConfiguration extends RTCConfiguration {
  encodedInsertableStreams?: boolean;
}

/** The API to use in this browser, or `undefined` where there is none. */
export function findTransformApi(preferred?: TransformApi): TransformApi | undefined {
  const script = 'RTCRtpScriptTransform' in globalThis;
  const streams = 'RTCRtpSender' in globalThis && 'createEncodedStreams' in RTCRtpSender.prototype;
  if (preferred === 'streams' && streams) return 'streams';
  if (script) return 'script';
  return streams ? 'streams' : undefined;
}

/** Peer connection settings that the API needs. */
export function transformSettings(api: TransformApi | undefined): Partial<RTCConfiguration> {
  const settings: EncodedStreamsConfiguration =
    api === 'streams' ? { encodedInsertableStreams: true } : {};
  return settings;
}

/**
 * Routes the encoded frames of a sender or receiver through a worker.
 *
 * Must be called inside mediasoup-client's `onRtpSender` / `onRtpReceiver`:
 * set later, the transform never runs.
 *
 * @param post sends the streams to the worker where the API has no event for it
 */
export function attachTransform(
  api: TransformApi,
  target: RTCRtpSender | RTCRtpReceiver,
  worker: Worker,
  options: TransformOptions,
  post: (streams: EncodedStreams) => void,
): void {
  if (api === 'script') {
    target.transform = new RTCRtpScriptTransform(worker, options);
    return;
  }
  post((target as unknown as WithEncodedStreams).createEncodedStreams());
}
