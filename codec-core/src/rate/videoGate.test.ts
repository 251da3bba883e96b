import { expect, test } from 'vitest';
import { createVideoGate, type GateInput, type VideoGate } from './videoGate.js';

const CLEAN = { queueMs: 10, loss: 0, fresh: true };

/** Updates every 100 ms in [from, to). */
function run(gate: VideoGate, from: number, to: number, input: GateInput): void {
  for (let now = from; now < to; now += 100) gate.update(now, input);
}

test('a short dip is ridden out, half a second below 80 kbit/s stops video', () => {
  const gate = createVideoGate();
  run(gate, 0, 400, { ...CLEAN, bitrate: 60_000 });
  run(gate, 400, 1000, { ...CLEAN, bitrate: 300_000 });
  expect(gate.state).toBe('open');
  run(gate, 1000, 1600, { ...CLEAN, bitrate: 79_000 });
  expect(gate.state).toBe('paused');
});

test('between the two bounds nothing changes', () => {
  const gate = createVideoGate();
  run(gate, 0, 3000, { ...CLEAN, bitrate: 90_000 });
  expect(gate.state).toBe('open');
  run(gate, 3000, 4000, { ...CLEAN, bitrate: 10_000 });
  run(gate, 4000, 5000, { ...CLEAN, bitrate: 90_000 });
  expect(gate.state).toBe('paused');
  gate.update(5000, { ...CLEAN, bitrate: 110_000 });
  expect(gate.state).toBe('open');
});

test('an old report does not open', () => {
  const gate = createVideoGate();
  run(gate, 0, 1000, { ...CLEAN, bitrate: 0 });
  run(gate, 1000, 20_000, { ...CLEAN, bitrate: 500_000, fresh: false });
  expect(gate.state).toBe('paused');
});

test('a clean link gets a trial, which lasts while it stays clean', () => {
  const gate = createVideoGate();
  run(gate, 0, 600, { ...CLEAN, bitrate: 70_000 });
  run(gate, 600, 5000, { ...CLEAN, bitrate: 70_000 });
  expect(gate.state).toBe('trial');
  run(gate, 5000, 20_000, { ...CLEAN, bitrate: 75_000 });
  expect(gate.state).toBe('trial');
  gate.update(20_000, { ...CLEAN, bitrate: 85_000 });
  expect(gate.state).toBe('open');
});

test('trials that build a queue come rarer', () => {
  const gate = createVideoGate();
  let trials = 0;
  let before = gate.state;
  for (let now = 0; now < 120_000; now += 100) {
    const queueMs = gate.state === 'trial' ? 300 : 10;
    gate.update(now, { bitrate: 60_000, loss: 0, fresh: true, queueMs });
    if (gate.state === 'trial' && before !== 'trial') trials += 1;
    before = gate.state;
  }
  expect(trials).toBeGreaterThanOrEqual(6);
  expect(trials).toBeLessThanOrEqual(10);
});
