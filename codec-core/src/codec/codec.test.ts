import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peekFrame } from '../bitstream/header.js';
import { CodecError } from '../errors.js';
import type { I420Frame } from '../frame/i420.js';
import { createNodeRuntime } from '../node/index.js';
import { planePsnr, weightedPsnr } from '../quality/index.js';
import type { OperatingPoint } from '../quant/points.js';
import type { CodecRuntime } from '../runtime.js';
import { flatFrame, movingFrame, noiseFrame, readClip, realClip } from '../testing/pictures.js';
import { createDecoder } from './decoder.js';
import { createEncoder } from './encoder.js';
import type { EncodedFrame } from './types.js';

let runtime: CodecRuntime;
beforeAll(async () => {
  runtime = await createNodeRuntime();
});
afterAll(() => runtime.close());

/** PSNR (6Y + U + V) / 8 between two frames of one size, in dB. */
function psnr(a: I420Frame | undefined, b: I420Frame | undefined): number {
  if (!a || !b) throw new Error('a frame is missing');
  return weightedPsnr(planePsnr(a.data, b.data, a.width, a.height));
}

/** Codes frames and decodes them again. */
async function roundTrip(
  frames: readonly I420Frame[],
  point: (index: number) => OperatingPoint,
): Promise<{ encoded: EncodedFrame[]; decoded: I420Frame[] }> {
  const first = frames[0];
  if (!first) return { encoded: [], decoded: [] };
  const encoder = createEncoder(runtime, { width: first.width, height: first.height });
  const decoder = createDecoder(runtime);
  const encoded: EncodedFrame[] = [];
  const decoded: I420Frame[] = [];
  for (const [i, frame] of frames.entries()) {
    const e = await encoder.encode(frame, point(i));
    const d = await decoder.decode(e.data, frame.timestamp);
    expect(d.frame.data).toEqual(encoder.reconstruction?.data);
    expect(d.frame.timestamp).toBe(frame.timestamp);
    encoded.push(e);
    decoded.push(d.frame);
  }
  await encoder.close();
  await decoder.close();
  return { encoded, decoded };
}

describe('memory of closed encoders and decoders', () => {
  it('serves later ones of any size, and their frames are the same', async () => {
    const code = async (
      own: CodecRuntime,
      width: number,
      height: number,
    ): Promise<Uint8Array[]> => {
      const encoder = createEncoder(own, { width, height });
      const decoder = createDecoder(own);
      const frames: Uint8Array[] = [];
      for (let i = 0; i < 3; i++) {
        const { data } = await encoder.encode(movingFrame(width, height, i), { qp: 28 });
        await decoder.decode(data, i);
        frames.push(data);
      }
      await encoder.close();
      await decoder.close();
      return frames;
    };
    const used = await createNodeRuntime();
    for (const [width, height] of [
      [96, 64],
      [160, 96],
      [40, 72],
      [96, 64],
    ] as const) {
      const fresh = await createNodeRuntime();
      expect(await code(used, width, height)).toEqual(await code(fresh, width, height));
      await fresh.close();
    }
    await used.close();
  });

  it('is not taken from a frame that is still being coded', async () => {
    const own = await createNodeRuntime();
    const [first, second] = [0, 1].map(() => createEncoder(own, { width: 96, height: 64 }));
    const frame = movingFrame(96, 64, 0);
    const expected = (await second?.encode(frame, { qp: 20 }))?.data;
    const coding = first?.encode(frame, { qp: 20 });
    await first?.close();
    const third = createEncoder(own, { width: 96, height: 64 });
    const other = third.encode(noiseFrame(96, 64, 1), { qp: 30 });
    expect((await coding)?.data).toEqual(expected);
    await other;
    await own.close();
  });
});

describe('lossless operating point', () => {
  it('returns any frames exactly', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 50 }),
        fc.integer({ min: 8, max: 50 }),
        fc.array(fc.constantFrom('noise', 'black', 'white', 'moving', 'same'), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.nat(1000),
        async (width, height, kinds, seed) => {
          const frames: I420Frame[] = [];
          for (const [i, kind] of kinds.entries()) {
            const before = frames[i - 1];
            if (kind === 'noise') frames.push(noiseFrame(width, height, seed + i));
            else if (kind === 'moving') frames.push(movingFrame(width, height, i));
            else if (kind === 'same' && before) frames.push(before);
            else frames.push(flatFrame(width, height, kind === 'black' ? 0 : 255));
          }
          const { decoded } = await roundTrip(frames, () => ({ qp: 0 }));
          for (const [i, frame] of frames.entries()) expect(decoded[i]?.data).toEqual(frame.data);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says of a frame whether it is exact, also when blocks become exact bit by bit', async () => {
    const frame = movingFrame(64, 48, 0);
    const encoder = createEncoder(runtime, { width: 64, height: 48 });
    const decoder = createDecoder(runtime);
    const points = [
      { qp: 30 },
      ...new Array<OperatingPoint>(20).fill({ qp: 0, maxActiveBlocks: 8 }),
    ];
    let differences = Infinity;
    let frames = 0;
    for (const point of points) {
      const { data, stats } = await encoder.encode(frame, point);
      const decoded = await decoder.decode(data, 0);
      const wrong = decoded.frame.data.filter((level, i) => level !== frame.data[i]).length;
      expect(wrong).toBeLessThan(differences);
      expect(stats.exact).toBe(wrong === 0);
      expect(decoded.stats.exact).toBe(stats.exact);
      differences = wrong;
      frames += 1;
      if (stats.exact) break;
    }
    // 48 blocks in frames of 8; where vectors change, overlapping may spoil an exact neighbour again.
    expect(frames).toBeGreaterThanOrEqual(1 + 6);
    expect(frames).toBeLessThanOrEqual(1 + 10);
    const { stats } = await encoder.encode(frame, { qp: 40 });
    expect(stats).toMatchObject({ exact: true, activeShare: 0 });
    expect((await encoder.encode(movingFrame(64, 48, 1), { qp: 40 })).stats.exact).toBe(false);
  });

  it('follows lossy frames exactly', async () => {
    const frames = Array.from({ length: 4 }, (_, t) => movingFrame(64, 48, t));
    const { decoded } = await roundTrip(frames, (i) => ({ qp: i < 2 ? 40 : 0 }));
    expect(decoded[1]?.data).not.toEqual(frames[1]?.data);
    expect(decoded[3]?.data).toEqual(frames[3]?.data);
  });

  const clip = realClip();
  it.skipIf(!clip)('returns a real clip exactly (../shared/clips)', async ({ skip }) => {
    const frames = readClip(clip ?? '', 160, 96, 4);
    if (!frames) return skip('ffmpeg is not installed');
    const { decoded } = await roundTrip(frames, () => ({ qp: 0 }));
    expect(decoded.map((f) => f.data)).toEqual(frames.map((f) => f.data));
  });
});

describe('lossy operating points', () => {
  it('code sizes that are not whole blocks', async () => {
    for (const [width, height] of [
      [8, 8],
      [17, 9],
      [31, 50],
    ] as const) {
      const frames = [0, 1, 2].map((t) => movingFrame(width, height, t));
      const { decoded } = await roundTrip(frames, () => ({ qp: 20 }));
      expect(decoded[2]).toMatchObject({ width, height });
    }
  });

  it('trade rate for quality over the whole range of indices', async () => {
    const frames = [0, 1, 2].map((t) => movingFrame(96, 64, t));
    const points = await Promise.all(
      [1, 8, 16, 24, 32, 40, 48, 56, 63].map(async (qp) => {
        const { encoded, decoded } = await roundTrip(frames, () => ({ qp }));
        const quality = frames.map((f, i) => psnr(f, decoded[i]));
        return {
          bytes: encoded.reduce((sum, e) => sum + e.data.length, 0),
          psnr: quality.reduce((sum, q) => sum + q, 0) / quality.length,
        };
      }),
    );
    for (const [i, point] of points.slice(1).entries()) {
      expect(point.bytes).toBeLessThan(points[i]?.bytes ?? 0);
      expect(point.psnr).toBeLessThan(points[i]?.psnr ?? 0);
    }
    const finest = points[0]?.psnr ?? 0;
    const coarsest = points.at(-1)?.psnr ?? 100;
    expect(finest - coarsest).toBeGreaterThan(25);
  });

  const clip = realClip();
  it.skipIf(!clip)('span 30 dB on a real clip (../shared/clips)', async ({ skip }) => {
    const frames = readClip(clip ?? '', 320, 176, 3);
    if (!frames) return skip('ffmpeg is not installed');
    const quality = await Promise.all(
      [1, 63].map(async (qp) => {
        const { decoded } = await roundTrip(frames, () => ({ qp }));
        return psnr(frames[2], decoded[2]);
      }),
    );
    expect((quality[0] ?? 0) - (quality[1] ?? 100)).toBeGreaterThan(30);
  });

  it('copy a still picture for a few bytes', async () => {
    const still = movingFrame(128, 96, 0);
    const { encoded } = await roundTrip([still, still, still, still], () => ({ qp: 30 }));
    expect(encoded[3]?.stats.activeShare).toBeLessThan(0.1);
    expect(encoded[3]?.data.length).toBeLessThan((encoded[0]?.data.length ?? 0) / 50);
  });

  it('obey the cap on active blocks', async () => {
    const frames = [0, 4, 8].map((t) => movingFrame(96, 64, t));
    const { encoded } = await roundTrip(frames, () => ({ qp: 10, maxActiveBlocks: 5 }));
    for (const e of encoded.slice(1)) {
      expect(e.stats.activeShare * 96).toBeLessThanOrEqual(5);
      expect(e.stats.activeShare).toBeGreaterThan(0);
    }
  });

  it('use the cap on active blocks also where all of them gain the same', async () => {
    const tiles = flatFrame(96, 64, 100);
    for (let i = 0; i < 96 * 64; i++)
      tiles.data[i] = 100 + 9 * ((i % 8) - (Math.floor(i / 96) % 8));
    const { encoded } = await roundTrip([flatFrame(96, 64, 100), tiles], () => ({
      qp: 10,
      maxActiveBlocks: 5,
    }));
    expect((encoded[1]?.stats.activeShare ?? 0) * 96).toBe(5);
  });

  it('code fewer blocks, those that gain most, where blocks have a price', async () => {
    const frames = [0, 3, 6, 9].map((t) => movingFrame(160, 96, t));
    const activeAt = async (blockPrice: number): Promise<number> => {
      const { encoded } = await roundTrip(frames, () => ({ qp: 20, blockPrice }));
      return encoded.slice(1).reduce((sum, { stats }) => sum + stats.activeShare, 0);
    };
    const [free, priced, dear] = [await activeAt(0), await activeAt(16), await activeAt(1000)];
    expect(priced).toBeLessThan(0.9 * free);
    expect(priced).toBeGreaterThan(0);
    expect(dear).toBeLessThan(priced);
  });

  it('take a coarser index where the frame would become too large, and say so', async () => {
    const frames = [0, 3, 6, 9, 12, 15].map((t) => movingFrame(160, 96, t));
    const free = await roundTrip(frames, () => ({ qp: 24 }));
    const bytesOf = (encoded: EncodedFrame[]): number[] =>
      encoded.slice(1).map(({ data }) => data.length);
    const wantedBytes = Math.round(0.6 * Math.min(...bytesOf(free.encoded)));
    const limits = {
      wantedBytes,
      mostBytes: Math.round(1.1 * wantedBytes),
      mostBlocks: 240,
      finestQp: 24,
    };
    const limited = await roundTrip(frames, () => ({ qp: 24, limits }));
    for (const { data, stats } of limited.encoded.slice(1)) {
      expect(stats.qp).toBeGreaterThan(24);
      expect(stats.qp).toBeLessThanOrEqual(32);
      expect(data.length).toBeLessThan(1.3 * wantedBytes);
      expect(peekFrame(data)?.qp).toBe(stats.qp);
    }
    const last = bytesOf(limited.encoded).at(-1) ?? 0;
    expect(last).toBeGreaterThan(0.75 * wantedBytes);
    expect(limited.encoded[0]?.stats.qp).toBe(24);
  });

  it('take a coarser index where more blocks would be active than there is time for', async () => {
    const frames = [0, 3, 6].map((t) => movingFrame(160, 96, t));
    const free = await roundTrip(frames, () => ({ qp: 20 }));
    const most = Math.round(0.7 * 240 * (free.encoded[1]?.stats.activeShare ?? 0));
    const limits = { wantedBytes: 1e6, mostBytes: 1e6, mostBlocks: most, finestQp: 20 };
    const { encoded } = await roundTrip(frames, () => ({ qp: 20, limits }));
    for (const { stats } of encoded.slice(1)) {
      expect(stats.qp).toBeGreaterThan(20);
      expect(stats.activeShare * 240 <= most || stats.qp === 28).toBe(true);
    }
  });

  it('keep the index where the frame stays below its limit', async () => {
    const frames = [0, 3, 6].map((t) => movingFrame(160, 96, t));
    const limits = { wantedBytes: 1e6, mostBytes: 1e6, mostBlocks: 240, finestQp: 24 };
    const free = await roundTrip(frames, () => ({ qp: 24 }));
    const limited = await roundTrip(frames, () => ({ qp: 24, limits }));
    expect(limited.encoded.map(({ data }) => data)).toEqual(free.encoded.map(({ data }) => data));
  });

  it('send no motion for a still picture', async () => {
    const frames = new Array<I420Frame>(3).fill(movingFrame(96, 64, 0));
    const { encoded } = await roundTrip(frames, (i) => ({
      qp: i === 0 ? 50 : 10,
      maxActiveBlocks: 5,
      still: true,
    }));
    for (const { stats } of encoded.slice(1)) {
      expect(stats.activeShare * 96).toBe(5);
      expect(stats.bits.motion).toBeLessThan(16);
    }
  });

  it('spend fewer bytes and lose quality with fewer latent groups', async () => {
    const frames = [0, 3].map((t) => movingFrame(96, 64, t));
    const results = await Promise.all(
      [1, 2, 3, 4].map(async (groups) => {
        const { encoded, decoded } = await roundTrip(frames, () => ({ qp: 20, groups }));
        return {
          bytes: encoded[0]?.data.length ?? 0,
          psnr: psnr(frames[0], decoded[0]),
        };
      }),
    );
    for (const [i, result] of results.slice(1).entries()) {
      expect(result.bytes).toBeGreaterThan(results[i]?.bytes ?? 0);
      expect(result.psnr).toBeGreaterThan(results[i]?.psnr ?? 100);
    }
  });

  it('predict from a named earlier frame', async () => {
    const frames = [0, 1, 2, 3].map((t) => movingFrame(64, 48, t));
    const encoder = createEncoder(runtime, { width: 64, height: 48 });
    const decoder = createDecoder(runtime);
    const encoded: EncodedFrame[] = [];
    for (const [i, frame] of frames.entries()) {
      encoded.push(await encoder.encode(frame, i === 3 ? { qp: 20, reference: 1 } : { qp: 20 }));
    }
    // Frame 2 is lost; frame 3 does not need it.
    for (const i of [0, 1, 3]) {
      const e = encoded[i];
      if (e) await decoder.decode(e.data, 0);
    }
    expect(encoded[3]?.stats).toMatchObject({ type: 'predicted', referenceId: 1 });
    await expect(
      encoder.encode(movingFrame(64, 48, 4), { qp: 20, reference: 77 }),
    ).rejects.toMatchObject({ code: 'bad-argument' });
  });
});

describe('frames that are coded again and kept', () => {
  it('takes the number and the reference of the attempt that it replaces', async () => {
    const encoder = createEncoder(runtime, { width: 64, height: 48 });
    const decoder = createDecoder(runtime);
    const sent: EncodedFrame[] = [];
    for (let t = 0; t < 4; t += 1) {
      const frame = movingFrame(64, 48, t);
      await encoder.encode(frame, { qp: 20 });
      sent.push(await encoder.encode(frame, { qp: 36, again: true }));
    }
    expect(sent.map(({ stats }) => [stats.frameId, stats.referenceId])).toEqual([
      [0, undefined],
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    for (const { data, stats } of sent) {
      expect((await decoder.decode(data, 0)).stats.checksum).toBe(stats.checksum);
    }
  });

  it('predicts from a frame that was kept while a receiver heard nothing', async () => {
    const encoder = createEncoder(runtime, { width: 64, height: 48 });
    const decoder = createDecoder(runtime);
    for (let t = 0; t < 6; t += 1) {
      const { data } = await encoder.encode(movingFrame(64, 48, t), { qp: 30 });
      await decoder.decode(data, 0);
    }
    for (let t = 6; t < 30; t += 1) {
      await encoder.encode(movingFrame(64, 48, t), { qp: 30, keep: 5 });
    }
    const repair = await encoder.encode(movingFrame(64, 48, 30), { qp: 30, reference: 5, keep: 5 });
    expect(repair.stats).toMatchObject({ type: 'predicted', frameId: 30, referenceId: 5 });
    expect((await decoder.decode(repair.data, 0)).frame.data).toEqual(encoder.reconstruction?.data);
    await encoder.encode(movingFrame(64, 48, 31), { qp: 30 });
    await expect(
      encoder.encode(movingFrame(64, 48, 32), { qp: 30, reference: 5 }),
    ).rejects.toMatchObject({ code: 'bad-argument' });
  });
});

describe('providers', () => {
  it('write the same bytes: own kernels, native, wasm, and fp32 of integers', async () => {
    const frames = [0, 1, 2].map((t) => movingFrame(72, 40, t));
    const streams: Uint8Array[][] = [];
    for (const options of [
      { provider: 'kernels', model: 'integer' },
      { provider: 'cpu', model: 'integer' },
      { provider: 'wasm', model: 'integer' },
      { provider: 'wasm', model: 'float' },
    ] as const) {
      const other = await createNodeRuntime(options);
      const encoder = createEncoder(other, { width: 72, height: 40 });
      const stream: Uint8Array[] = [];
      for (const [i, frame] of frames.entries()) {
        stream.push((await encoder.encode(frame, { qp: 12 + 12 * i })).data);
      }
      streams.push(stream);
      await other.close();
    }
    expect(streams[1]).toEqual(streams[0]);
    expect(streams[2]).toEqual(streams[0]);
    expect(streams[3]).toEqual(streams[0]);
  });
});

describe('bad input', () => {
  it('is refused with a coded error', async () => {
    const encoder = createEncoder(runtime, { width: 64, height: 48 });
    const frame = movingFrame(64, 48, 0);
    const badArgument = { code: 'bad-argument' };
    await expect(encoder.encode(frame, { qp: 64 })).rejects.toMatchObject(badArgument);
    await expect(encoder.encode(frame, { qp: 1.5 })).rejects.toMatchObject(badArgument);
    await expect(encoder.encode(frame, { qp: 1, groups: 0 })).rejects.toMatchObject(badArgument);
    await expect(encoder.encode(movingFrame(32, 48, 0), { qp: 1 })).rejects.toMatchObject(
      badArgument,
    );
    await expect(
      encoder.encode({ ...frame, data: frame.data.subarray(1) }, { qp: 1 }),
    ).rejects.toMatchObject(badArgument);
    expect(() => createEncoder(runtime, { width: 4, height: 48 })).toThrow(CodecError);
    await encoder.close();
    await expect(encoder.encode(frame, { qp: 1 })).rejects.toMatchObject({ code: 'closed' });
  });
});
