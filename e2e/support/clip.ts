import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../artifacts/clips/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/clips/dev/', import.meta.url));
const FRAMES = 60;

/**
 * A y4m file for Chromium's fake camera: a real clip of people where the shared clips and ffmpeg are
 * at hand, else a rendered moving picture with texture and noise.
 */
export function cameraClip(width: number, height: number, fps: number): string {
  mkdirSync(CACHE, { recursive: true });
  const path = join(CACHE, `camera-${width}x${height}@${fps}.y4m`);
  if (existsSync(path)) return path;
  return realClip(path, width, height, fps) ?? renderedClip(path, width, height, fps);
}

function realClip(path: string, width: number, height: number, fps: number): string | undefined {
  if (!existsSync(SHARED)) return undefined;
  const clip = readdirSync(SHARED).find((name) => name.includes('MAXINE'));
  if (!clip) return undefined;
  const filter = `scale=${width}:${height}:flags=area,fps=${fps}`;
  try {
    execFileSync('ffmpeg', [
      ...['-v', 'error', '-y', '-i', join(SHARED, clip), '-frames:v', String(FRAMES)],
      ...['-vf', filter, '-pix_fmt', 'yuv420p', path],
    ]);
    return path;
  } catch {
    return undefined;
  }
}

function renderedClip(path: string, width: number, height: number, fps: number): string {
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`);
  const parts: Buffer[] = [header];
  for (let t = 0; t < FRAMES; t++) {
    parts.push(Buffer.from('FRAME\n'), renderFrame(width, height, t));
  }
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** Frame `t` of a loop of 60: a textured head and shoulders swaying before a textured wall, with sensor noise. */
export function renderFrame(width: number, height: number, t: number): Buffer {
  const phase = (2 * Math.PI * t) / FRAMES;
  const cx = width * (0.5 + 0.06 * Math.sin(phase));
  const cy = height * (0.45 + 0.02 * Math.cos(2 * phase));
  const radius = height * 0.24;
  const planes = [
    { w: width, h: height, scale: 1, wall: 95, person: 150, gain: 1 },
    { w: width / 2, h: height / 2, scale: 2, wall: 132, person: 112, gain: 0.15 },
    { w: width / 2, h: height / 2, scale: 2, wall: 122, person: 150, gain: 0.15 },
  ];
  let noise = t * 7919 + 1;
  return Buffer.concat(
    planes.map(({ w, h, scale, wall, person, gain }) => {
      const plane = Buffer.alloc(w * h);
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          const px = x * scale;
          const py = y * scale;
          const head = Math.hypot(px - cx, py - cy) < radius;
          const body = Math.hypot((px - cx) / 1.9, py - cy - 2.6 * radius) < 1.5 * radius;
          const u = head || body ? px - cx : px;
          const v = head || body ? py - cy : py;
          const texture = 10 * Math.sin(u / 7) * Math.cos(v / 5) + 4 * Math.sin((u - v) / 2.7);
          noise = (Math.imul(noise, 1103515245) + 12345) & 0x7fffffff;
          const level = (head || body ? person : wall) + gain * (texture + (noise >> 28) - 4);
          plane[y * w + x] = Math.max(0, Math.min(255, Math.round(level)));
        }
      }
      return plane;
    }),
  );
}
