import type { Encoder, I420Frame } from '@inncall/codec-core';

/** How long this device takes to encode one picture, ms. */
export interface EncoderSpeed {
  readonly keyFrameMs: number;
  /** Median over predicted frames. */
  readonly frameMs: number;
}

const PREDICTED_FRAMES = 9;
/** A usual point of a camera. */
const QP = 34;

/**
 * Encodes a few pictures of a moving, textured scene, as hard as a person who moves.
 *
 * @param encoder a new one, of this size; it stays open
 * @param stopped asked before each frame: somebody else needs the thread
 * @returns `undefined` when stopped early
 */
export async function measureEncoderSpeed(
  encoder: Encoder,
  size: { readonly width: number; readonly height: number },
  now: () => number,
  stopped: () => boolean,
): Promise<EncoderSpeed | undefined> {
  const times: number[] = [];
  for (let index = 0; index <= PREDICTED_FRAMES; index += 1) {
    if (stopped()) return undefined;
    const frame = sceneAt(index, size);
    const start = now();
    await encoder.encode(frame, { qp: QP, keyFrame: index === 0 });
    times.push(now() - start);
  }
  const [keyFrameMs = 0, ...predicted] = times;
  const frameMs = predicted.toSorted((a, b) => a - b)[PREDICTED_FRAMES >> 1] ?? 0;
  return { keyFrameMs, frameMs };
}

/** Frame `index` of a textured disc that sways before a still, textured ground. */
function sceneAt(index: number, { width, height }: { width: number; height: number }): I420Frame {
  const luma = width * height;
  const data = new Uint8Array((luma * 3) / 2).fill(128, luma);
  const shift = 3 * index;
  const centre = width / 2 + shift;
  const radius = height / 3;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const inside = (x - centre) ** 2 + (y - height / 2) ** 2 < radius ** 2;
      const u = inside ? x - shift : x;
      const texture = ((u * 7) ^ (y * 5)) & 31;
      data[y * width + x] = (inside ? 150 : 90) + texture;
    }
  }
  return { width, height, data, timestamp: index * 33_333 };
}
