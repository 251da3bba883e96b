import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeRuntime } from '../node/index.js';
import type { OperatingPoint } from '../quant/points.js';
import type { CodecRuntime } from '../runtime.js';
import { movingFrame } from '../testing/pictures.js';
import { createDecoder } from './decoder.js';
import { createEncoder } from './encoder.js';

/** Made anew by `UPDATE_GOLDEN=1 npx vitest run golden` when bitstream or model change on purpose. */
const FILE = fileURLToPath(new URL('../../golden/moving.json', import.meta.url));
const WIDTH = 96;
const HEIGHT = 72;
const POINTS: readonly OperatingPoint[] = [
  { qp: 20 },
  { qp: 28 },
  { qp: 36, groups: 3 },
  { qp: 12, maxActiveBlocks: 20 },
  { qp: 0 },
  { qp: 44, keyFrame: true },
  { qp: 63 },
];

interface GoldenFrame {
  /** The coded frame, base64. */
  readonly data: string;
  readonly checksum: number;
}

let runtime: CodecRuntime;
beforeAll(async () => {
  runtime = await createNodeRuntime();
});
afterAll(() => runtime.close());

async function encodeAll(): Promise<GoldenFrame[]> {
  const encoder = createEncoder(runtime, { width: WIDTH, height: HEIGHT });
  const frames: GoldenFrame[] = [];
  for (const [t, point] of POINTS.entries()) {
    const { data, stats } = await encoder.encode(movingFrame(WIDTH, HEIGHT, t), point);
    frames.push({ data: Buffer.from(data).toString('base64'), checksum: stats.checksum });
  }
  return frames;
}

function readGolden(): GoldenFrame[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as GoldenFrame[];
}

describe('golden bitstream', () => {
  it.runIf(process.env['UPDATE_GOLDEN'] !== undefined)('is written', async () => {
    writeFileSync(FILE, `${JSON.stringify(await encodeAll(), null, 2)}\n`);
    expect(existsSync(FILE)).toBe(true);
  });

  it('decodes to the pictures it was made from', async () => {
    const decoder = createDecoder(runtime);
    for (const frame of readGolden()) {
      const { stats } = await decoder.decode(Buffer.from(frame.data, 'base64'), 0);
      expect(stats.checksum).toBe(frame.checksum);
    }
  });

  it('is what the encoder still writes', async () => {
    expect(await encodeAll()).toEqual(readGolden());
  });
});
