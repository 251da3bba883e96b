import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ffmpeg } from '../ffmpeg.js';
import { cached } from './cache.js';
import type { Clip } from './clips.js';
import { compareFiles, type Measurement } from './measure.js';
import { annexBPayload, ivfPayload } from './payload.js';

/** A codec that calls use today, with one key frame, no look-ahead and one thread. */
export interface Peer {
  readonly key: string;
  readonly label: string;
  /** False where the encoder varies the quantizer from frame to frame around the given one. */
  readonly fixedQuantizer: boolean;
  /** Six quantizers from about 46 dB to about 30 dB. */
  readonly quantizers: readonly number[];
  readonly container: 'h264' | 'hevc' | 'ivf';
  encoderOptions(quantizer: number): readonly string[];
}

const ONE_KEY_FRAME = ['-g', '9999', '-keyint_min', '9999'];
const ONE_THREAD = ['-threads', '1'];

const REALTIME_VPX = ['-deadline', 'realtime', '-lag-in-frames', '0', '-auto-alt-ref', '0'];
const VP9 = [
  ...['-c:v', 'libvpx-vp9', ...REALTIME_VPX, '-cpu-used', '7', '-aq-mode', '0'],
  ...['-row-mt', '0', '-tile-columns', '0'],
];
const AV1 = [
  ...['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'],
  ...['-aq-mode', '0', '-row-mt', '0', '-tiles', '1x1'],
];

/** One quantizer for every frame: both bounds at it, the rate far out of reach. */
function fixed(quantizer: number): string[] {
  return ['-b:v', '100M', '-qmin', String(quantizer), '-qmax', String(quantizer)];
}

function constantQuality(quantizer: number): string[] {
  return ['-b:v', '0', '-crf', String(quantizer)];
}

export const PEERS: readonly Peer[] = [
  {
    key: 'x264',
    fixedQuantizer: true,
    label: 'x264 veryfast zerolatency',
    quantizers: [18, 22, 26, 30, 34, 39],
    container: 'h264',
    encoderOptions: (quantizer) => [
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency'],
      ...['-qp', String(quantizer), '-x264-params', 'scenecut=0'],
      // The text that names the encoder and its options is no part of the picture.
      ...['-bsf:v', 'filter_units=remove_types=6'],
    ],
  },
  {
    key: 'x265',
    fixedQuantizer: true,
    label: 'x265 medium zerolatency',
    quantizers: [18, 22, 26, 30, 34, 39],
    container: 'hevc',
    encoderOptions: (quantizer) => [
      ...['-c:v', 'libx265', '-preset', 'medium', '-tune', 'zerolatency', '-x265-params'],
      `qp=${quantizer}:keyint=-1:scenecut=0:pools=none:frame-threads=1:info=0:log-level=error`,
    ],
  },
  {
    key: 'vp8',
    fixedQuantizer: true,
    label: 'libvpx VP8 realtime, cpu-used 5',
    quantizers: [4, 10, 18, 28, 40, 56],
    container: 'ivf',
    encoderOptions: (quantizer) => [
      ...['-c:v', 'libvpx', ...REALTIME_VPX, '-cpu-used', '5'],
      ...fixed(quantizer),
    ],
  },
  {
    key: 'vp9',
    fixedQuantizer: true,
    label: 'libvpx VP9 realtime, cpu-used 7',
    quantizers: [10, 18, 28, 38, 48, 58],
    container: 'ivf',
    encoderOptions: (quantizer) => [...VP9, ...fixed(quantizer)],
  },
  {
    key: 'av1',
    fixedQuantizer: true,
    label: 'libaom AV1 realtime, cpu-used 8',
    quantizers: [10, 18, 28, 38, 48, 58],
    container: 'ivf',
    encoderOptions: (quantizer) => [...AV1, ...fixed(quantizer)],
  },
  {
    key: 'vp9-cq',
    label: 'libvpx VP9 realtime, cpu-used 7, constant quality',
    fixedQuantizer: false,
    quantizers: [10, 18, 28, 38, 48, 58],
    container: 'ivf',
    encoderOptions: (quantizer) => [...VP9, ...constantQuality(quantizer)],
  },
  {
    key: 'av1-cq',
    label: 'libaom AV1 realtime, cpu-used 8, constant quality',
    fixedQuantizer: false,
    quantizers: [10, 18, 28, 38, 48, 58],
    container: 'ivf',
    encoderOptions: (quantizer) => [...AV1, ...constantQuality(quantizer)],
  },
];

/** Encodes a y4m file and decodes it again into `decoded`; returns the payload in bytes. */
async function encode(
  peer: Peer,
  quantizer: number,
  source: string,
  stream: string,
  decoded: string,
): Promise<number> {
  await ffmpeg(
    ...['-i', source, '-an', ...peer.encoderOptions(quantizer), ...ONE_KEY_FRAME, ...ONE_THREAD],
    ...['-f', peer.container, stream],
  );
  await ffmpeg(
    ...['-f', peer.container, '-i', stream, '-vsync', 'passthrough', '-pix_fmt', 'yuv420p'],
    ...['-f', 'yuv4mpegpipe', decoded],
  );
  const bytes = await readFile(stream);
  if (peer.container !== 'ivf') return annexBPayload(bytes);
  return ivfPayload(bytes).reduce((sum, size) => sum + size, 0);
}

/** All operating points of a peer on a scaled clip, from the cache where they are known. */
export function measurePeer(
  peer: Peer,
  clip: Clip,
  frames: number,
  source: string,
  scratch: string,
  version: string,
  progress: (quantizer: number) => void,
): Promise<readonly Measurement[]> {
  const settings = peer.quantizers.map((quantizer) => peer.encoderOptions(quantizer));
  const key = [clip.sha256, clip.width, clip.height, frames, settings, ONE_KEY_FRAME, version];
  return cached(key, async () => {
    const stream = path.join(scratch, `${peer.key}.${peer.container}`);
    const decoded = path.join(scratch, `${peer.key}.y4m`);
    const measurements: Measurement[] = [];
    for (const quantizer of peer.quantizers) {
      progress(quantizer);
      const bytes = await encode(peer, quantizer, source, stream, decoded);
      measurements.push({ quantizer, bytes, ...(await compareFiles(source, decoded)) });
    }
    return measurements;
  });
}
