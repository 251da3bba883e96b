/** Clips as training sees them: scaled down, as I420 frames (ffmpeg installed). */
import { execFileSync } from 'node:child_process';

const MAX_PIXELS = 640 * 360;
const SMALL_PIXELS = 90_000;

/**
 * Size to code a clip at: at most about 640x360 pixels, multiples of 16. Clips that are not small become
 * smaller by 0.8 at least, so that artefacts of a compressed source do not become the target.
 */
export function targetSize(clip) {
  const probe = execFileSync('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height'],
    ...['-of', 'csv=p=0', clip],
  ]);
  const [width, height] = probe.toString().trim().split(',').map(Number);
  const pixels = width * height;
  const scale = Math.min(1, Math.sqrt(MAX_PIXELS / pixels), pixels > SMALL_PIXELS ? 0.8 : 1);
  const side = (length) => Math.floor((length * scale) / 16) * 16;
  return { width: side(width), height: side(height) };
}

/** The first `count` frames (fewer if the clip is shorter), each Y, U and V one after the other. */
export function decode(clip, { width, height }, count) {
  const raw = execFileSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-i', clip, '-frames:v', String(count)],
      ...['-vf', `scale=${width}:${height}:flags=area`, '-pix_fmt', 'yuv420p'],
      ...['-f', 'rawvideo', '-'],
    ],
    { maxBuffer: 2 ** 31 - 1 },
  );
  const size = (width * height * 3) / 2;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, i) =>
    raw.subarray(i * size, (i + 1) * size),
  );
}
