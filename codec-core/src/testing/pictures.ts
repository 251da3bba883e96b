/** Pictures for tests: deterministic, with texture, motion and noise. */

import { existsSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { i420Size, type I420Frame } from '../frame/i420.js';

/** Small deterministic generator (mulberry32) of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A frame of independent uniform noise. */
export function noiseFrame(width: number, height: number, seed: number): I420Frame {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: i420Size(width, height) }, () => random() * 256);
  return { width, height, timestamp: 0, data };
}

/** A frame of one value. */
export function flatFrame(width: number, height: number, value: number): I420Frame {
  return { width, height, timestamp: 0, data: new Uint8Array(i420Size(width, height)).fill(value) };
}

/**
 * Frame `t` of a moving picture: a textured disc drifting over a shaded, textured ground, with
 * a little noise.
 */
export function movingFrame(width: number, height: number, t: number): I420Frame {
  const random = seededRandom(t + 1);
  const data = new Uint8Array(i420Size(width, height));
  const cx = width * (0.5 + 0.2 * Math.sin(t / 9));
  const cy = height * (0.5 + 0.1 * Math.cos(t / 7));
  const radius = Math.min(width, height) / 4;
  let at = 0;
  const paint = (w: number, h: number, scale: number, plane: number): void => {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const px = x * scale;
        const py = y * scale;
        const inside = Math.hypot(px - cx, py - cy) < radius;
        const u = inside ? px - cx : px;
        const v = inside ? py - cy : py;
        const texture = 18 * Math.sin(u / 3.1) * Math.cos(v / 4.7) + 9 * Math.sin((u + v) / 2.3);
        const level =
          plane === 0
            ? (inside ? 150 : 90) + (px / width) * 40 + texture
            : 128 + (inside ? 20 : -12) * (plane === 1 ? 1 : -1) + texture / 6;
        data[at++] = Math.max(0, Math.min(255, level + (random() - 0.5) * 4));
      }
    }
  };
  paint(width, height, 1, 0);
  paint((width + 1) >> 1, (height + 1) >> 1, 2, 1);
  paint((width + 1) >> 1, (height + 1) >> 1, 2, 2);
  return { width, height, timestamp: t * 33_333, data };
}

const CLIPS = fileURLToPath(new URL('../../../../shared/clips/dev/', import.meta.url));

/** First clip of the shared evaluation folder, when that folder and ffmpeg are here. */
export function realClip(): string | undefined {
  if (!existsSync(CLIPS)) return undefined;
  const clip = readdirSync(CLIPS).find((name) => name.endsWith('.mp4'));
  return clip ? CLIPS + clip : undefined;
}

/** Decodes the first frames of a clip at a size; undefined when ffmpeg is not installed. */
export function readClip(
  path: string,
  width: number,
  height: number,
  count: number,
): I420Frame[] | undefined {
  try {
    const raw = execFileSync(
      'ffmpeg',
      [
        ...['-v', 'error', '-i', path, '-frames:v', String(count)],
        ...[
          '-vf',
          `scale=${width}:${height}:flags=area`,
          '-pix_fmt',
          'yuv420p',
          '-f',
          'rawvideo',
          '-',
        ],
      ],
      { maxBuffer: 1 << 28 },
    );
    const size = i420Size(width, height);
    return Array.from({ length: Math.floor(raw.length / size) }, (_, i) => ({
      width,
      height,
      timestamp: i * 33_333,
      data: new Uint8Array(raw.subarray(i * size, (i + 1) * size)),
    }));
  } catch {
    return undefined;
  }
}
