/** Synthetic pictures and motion grids for tests, a function of their seed alone. */
import { seededRandom } from './pictures.js';
import type { Plane } from './motionReference.js';

/** White noise over all 256 values. */
export function noisePlane(width: number, height: number, seed: number): Plane {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: width * height }, () => Math.floor(random() * 256));
  return { width, height, data };
}

/** Band-limited texture sampled with a shift: a picture that moved by (dx, dy) pixels. */
export function texturePlane(
  width: number,
  height: number,
  seed: number,
  dx: number,
  dy: number,
): Plane {
  const random = seededRandom(seed);
  const waves = Array.from({ length: 24 }, () => ({
    fx: (random() - 0.5) * 0.9,
    fy: (random() - 0.5) * 0.9,
    phase: random() * 2 * Math.PI,
    gain: 6 + 10 * random(),
  }));
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const x = (i % width) + dx;
    const y = Math.floor(i / width) + dy;
    const sum = waves.reduce((s, w) => s + w.gain * Math.sin(w.fx * x + w.fy * y + w.phase), 128);
    return Math.min(Math.max(Math.round(sum), 0), 255);
  });
  return { width, height, data };
}

/** Independent vectors with components of at most `range` quarter pixels. */
export function randomMotion(blocks: number, seed: number, range: number): Int16Array {
  const random = seededRandom(seed);
  return Int16Array.from({ length: 2 * blocks }, () => Math.round((2 * random() - 1) * range));
}

/** Vectors over the whole range of i16, extremes included. */
export function hostileMotion(blocks: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  const extremes = [-32768, 32767, -16384, 16384, 0, -1, 1, 16383];
  return Int16Array.from({ length: 2 * blocks }, () =>
    random() < 0.5
      ? (extremes[Math.floor(random() * extremes.length)] ?? 0)
      : Math.floor(random() * 65536) - 32768,
  );
}
