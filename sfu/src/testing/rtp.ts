import type { RequestOf, RtpParameters } from '../protocol/index.js';

let nextSsrc = 1000;

/** RTP parameters of an Opus sender, as a browser would give them. */
function opusParameters(): RtpParameters {
  return {
    mid: 'audio',
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48000, channels: 2 }],
    encodings: [{ ssrc: nextSsrc++ }],
    rtcp: { cname: 'test' },
  };
}

/** RTP parameters of a VP8 sender; `mid` must differ between producers of one transport. */
function vp8Parameters(mid: string): RtpParameters {
  return {
    mid,
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90000,
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
      },
    ],
    encodings: [{ ssrc: nextSsrc++ }],
    rtcp: { cname: 'test' },
  };
}

export const micRequest = (transportId: string): RequestOf<'produce'> => ({
  type: 'produce',
  transportId,
  kind: 'audio',
  rtpParameters: opusParameters(),
  appData: { source: 'mic', codec: 'opus' },
});

export const cameraRequest = (
  transportId: string,
  codec: 'inn' | 'vp8',
  layer?: number,
): RequestOf<'produce'> => ({
  type: 'produce',
  transportId,
  kind: 'video',
  rtpParameters: vp8Parameters(`camera-${codec}-${String(layer ?? 0)}`),
  appData: {
    source: 'camera',
    codec,
    width: 160 << (layer ?? 2),
    height: 90 << (layer ?? 2),
    ...(layer === undefined ? {} : { layer }),
  },
});
