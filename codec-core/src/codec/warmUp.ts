import { i420Size } from '../frame/i420.js';
import type { CodecRuntime } from '../runtime.js';
import { createDecoder } from './decoder.js';
import { createEncoder } from './encoder.js';

const SMALL = { width: 160, height: 96 };
const ROUNDS = 3;
const QP = 20;

/**
 * Codes and decodes a few textured frames, so that the engine has compiled networks and kernels
 * before the first real frame: on a cold engine that one takes many times longer. Small frames are
 * enough for that; those of the size to come (one key frame then) also give the networks the memory
 * that they will need.
 */
export async function warmUp(
  runtime: CodecRuntime,
  size?: { readonly width: number; readonly height: number },
): Promise<void> {
  const { width, height } = size ?? SMALL;
  const encoder = createEncoder(runtime, { width, height });
  const decoder = createDecoder(runtime);
  try {
    for (let round = 0; round < (size ? 1 : ROUNDS); round++) {
      const data = new Uint8Array(i420Size(width, height));
      for (let i = 0; i < data.length; i++) data[i] = (i * (7 + round) + (i >> 5) * 31) % 251;
      const coded = await encoder.encode({ width, height, timestamp: round, data }, { qp: QP });
      await decoder.decode(coded.data, round);
    }
  } finally {
    await encoder.close();
    await decoder.close();
  }
}
