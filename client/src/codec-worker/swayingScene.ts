import type { I420Frame } from '@inncall/codec-core';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const WAVE_STEPS = 1024;
const WAVE = Int8Array.from({ length: WAVE_STEPS }, (_, i) =>
  Math.round(28 * Math.sin((2 * Math.PI * i) / WAVE_STEPS)),
);

/**
 * Pictures of a textured disc that sways and bends before a still, textured ground, with the noise
 * of a camera: every tool of the encoder gets work, as with a person who moves.
 *
 * @returns the picture of that number, 30 a second
 */
export function swayingScene({ width, height }: PictureSize): (index: number) => I420Frame {
  const luma = width * height;
  const radius = height / 3;
  return (index) => {
    const data = new Uint8Array((luma * 3) / 2).fill(128, luma);
    const sway = Math.round(40 * Math.sin(index / 9));
    const centre = width / 2 + sway / 4;
    let noise = index + 1;
    for (let y = 0; y < height; y += 1) {
      const chord = Math.sqrt(Math.max(0, radius ** 2 - (y - height / 2) ** 2));
      // In quarter pixels; the disc leans as it sways.
      const shift = sway + ((sway * y) >> 6);
      for (let x = 0; x < width; x += 1) {
        const inside = Math.abs(x - centre) < chord;
        const u = inside ? 4 * x - shift : 4 * x;
        noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) | 0;
        data[y * width + x] =
          (inside ? 160 : 90) + wave(13 * u + 21 * y) + wave(3 * u - 34 * y) + (noise >>> 30);
      }
    }
    return { width, height, data, timestamp: index * 33_333 };
  };
}

function wave(phase: number): number {
  return WAVE[phase & (WAVE_STEPS - 1)] ?? 0;
}
