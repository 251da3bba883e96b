import { describe, expect, it } from 'vitest';
import { Metrics } from './Metrics.js';

describe('Metrics', () => {
  it('puts reported latency into histogram buckets in seconds', async () => {
    const metrics = new Metrics();
    metrics.receptionReported({
      latency: [{ stage: 'decode', codec: 'inn', samplesMs: [4, 40, 400] }],
      freezes: 2,
      repairs: [{ by: 'reference', ms: 120 }],
    });
    const { text } = await metrics.expose();
    const bucket = (le: string): string =>
      `inncall_latency_seconds_bucket{le="${le}",stage="decode",codec="inn"}`;
    expect(text).toContain(`${bucket('0.005')} 1`);
    expect(text).toContain(`${bucket('0.05')} 2`);
    expect(text).toContain(`${bucket('+Inf')} 3`);
    expect(text).toContain('inncall_freezes_total 2');
    expect(text).toContain('inncall_repair_seconds_bucket{le="0.15",by="reference"} 1');
    expect(text).toContain('inncall_repair_seconds_bucket{le="0.1",by="reference"} 0');
  });

  it('reads its source at each scrape', async () => {
    const metrics = new Metrics();
    let peers = 2;
    metrics.observe({
      rooms: () => 1,
      peers: () => peers,
      producers: () => [{ labels: { source: 'camera', codec: 'inn' }, value: 3 }],
      consumers: () => [],
      transports: () =>
        Promise.resolve({
          bitrateIn: 10,
          bitrateOut: 20,
          bytesIn: 1,
          bytesOut: 2,
          lossIn: 0.5,
          lossOut: 0,
        }),
      workers: () => Promise.resolve([{ pid: 7, cpuSeconds: 1.5, memoryBytes: 1024 }]),
    });
    expect((await metrics.expose()).text).toContain('inncall_peers 2');
    peers = 3;
    const { text } = await metrics.expose();
    expect(text).toContain('inncall_peers 3');
    expect(text).toContain('inncall_producers{source="camera",codec="inn"} 3');
    expect(text).toContain('inncall_bitrate_bits_per_second{direction="out"} 20');
    expect(text).toContain('inncall_packet_loss_ratio{direction="in"} 0.5');
    expect(text).toContain('inncall_worker_cpu_seconds{pid="7"} 1.5');
  });
});
