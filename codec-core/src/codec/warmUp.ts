import { i420Size } from '../frame/i420.js';
import type { CodecRuntime } from '../runtime.js';
import { createDecoder } from './decoder.js';
import { createEncoder } from './encoder.js';

const SMALL = { width: 160, height: 96 };
const ROUNDS = 3;
const QP = 20;

/**
 * Codes and decodes a few small textured frames, so that the engine has compiled networks and kernels
 * before the first real frame: on a cold engine that one takes many times longer.
 */
export async function warmUp(runtime: CodecRuntime): Promise<void> {
  const encoder = createEncoder(runtime, SMALL);
  const decoder = createDecoder(runtime);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const data = new Uint8Array(i420Size(SMALL.width, SMALL.height));
      for (let i = 0; i < data.length; i++) data[i] = (i * (7 + round) + (i >> 5) * 31) % 251;
      const frame = { ...SMALL, timestamp: round, data };
      const coded = await encoder.encode(frame, { qp: QP });
      await decoder.decode(coded.data, round);
    }
  } finally {
    await encoder.close();
    await decoder.close();
  }
}
