import type { PictureColor } from '../transport/packet.js';

/** A tightly packed I420 picture as a frame for a track. */
export function toVideoFrame(
  picture: {
    readonly width: number;
    readonly height: number;
    readonly data: Uint8Array;
    /** µs */
    readonly timestamp: number;
  },
  color: PictureColor,
): VideoFrame {
  const standard = color.matrix === 'bt709' ? 'bt709' : 'smpte170m';
  return new VideoFrame(picture.data, {
    format: 'I420',
    codedWidth: picture.width,
    codedHeight: picture.height,
    timestamp: picture.timestamp,
    colorSpace: {
      matrix: standard,
      primaries: standard,
      transfer: standard,
      fullRange: color.fullRange,
    },
  });
}
