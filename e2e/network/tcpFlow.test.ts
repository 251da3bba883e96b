import { expect, test } from 'vitest';
import { createRandom } from '../../codec-core/src/rate/simulation/random.js';
import { constant } from './capacity.js';
import { EmulatedLink } from './link.js';
import { noLoss } from './loss.js';
import { TcpFlow, type TcpPacket } from './tcpFlow.js';

/** Runs a flow alone; `blockedUntil`: an outage before. */
function run(kilobits: number, durationMs: number, blockedUntil = 0) {
  const link = new EmulatedLink<TcpPacket>(
    {
      ...{ capacity: constant(kilobits), queueMs: 300, delayMs: 25, jitterMs: 0, loss: noLoss },
      outage: (ms) => ms < blockedUntil,
    },
    createRandom(1),
  );
  const flow = new TcpFlow();
  const back: { at: number; packet: TcpPacket }[] = [];
  let bits = 0;
  for (let now = 0; now < durationMs; now++) {
    for (const packet of link.poll(now)) {
      back.push({ at: now + 25, packet });
      if (now >= durationMs / 2) bits += 8 * packet.bytes;
    }
    while (back[0] && back[0].at <= now) flow.acknowledge(now, back.shift()!.packet);
    for (const packet of flow.send(now)) link.push(now, packet);
  }
  return { utilization: bits / ((kilobits * durationMs) / 2), counts: link.counts };
}

test.each([300, 1000])('fills a link of %d kbit/s and backs off when the queue is full', (rate) => {
  const { utilization, counts } = run(rate, 40_000);
  expect(utilization).toBeGreaterThan(0.85);
  expect(utilization).toBeLessThanOrEqual(1.01);
  expect(counts.overflowed).toBeGreaterThan(0);
  expect(counts.overflowed / counts.offered).toBeLessThan(0.05);
});

test('comes back after everything was lost', () => {
  expect(run(500, 20_000, 3000).utilization).toBeGreaterThan(0.85);
});
