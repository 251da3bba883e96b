import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSendBacklog, type SendBacklog } from './sendBacklog.js';

const RATE = 400_000;
const WAY_MS = 50;

/** Five frames that arrived without a queue, one in 100 ms. */
function started(receivers: readonly string[] = ['ben']): SendBacklog {
  const backlog = createSendBacklog();
  for (let sequence = 0; sequence < 5; sequence++) {
    backlog.sent(sequence, 100 * sequence, 10_000);
    for (const id of receivers) {
      backlog.arrived(id, [{ sequence, tripMs: WAY_MS }], 100 * sequence + 100);
    }
  }
  return backlog;
}

test('nobody tells: nothing is known to wait', () => {
  const backlog = createSendBacklog();
  backlog.sent(0, 0, 1e6);
  expect(backlog.reading(10, RATE)).toBeUndefined();
  backlog.arrived('ben', [{ sequence: 7, tripMs: 900 }], 20);
  expect(backlog.reading(20, RATE)).toBeUndefined();
});

test('without a queue only what was sent since the last word waits, and drains', () => {
  const backlog = started();
  expect(backlog.reading(450, RATE)?.waitMs).toBe(0);
  backlog.sent(5, 500, 40_000);
  expect(backlog.reading(500, RATE)?.waitMs).toBe(100);
  expect(backlog.reading(560, RATE)?.waitMs).toBe(40);
  expect(backlog.reading(700, RATE)?.waitMs).toBe(0);
});

test('a long trip tells of a queue, which the frames since then have joined', () => {
  const backlog = started();
  const wait = (now: number) => backlog.reading(now, RATE)?.waitMs ?? 0;
  backlog.sent(5, 500, 10_000);
  backlog.sent(6, 600, 10_000);
  backlog.arrived('ben', [{ sequence: 5, tripMs: WAY_MS + 300 }], 900);
  // Frame 5 left the queue at 800, frame 6 takes 25 ms more; a little of the way is forgotten.
  expect(Math.abs(wait(700) - 125)).toBeLessThan(4);
  expect(backlog.reading(900, RATE)?.waitMs).toBe(0);
  // Late, repeated and overtaking words change nothing.
  backlog.arrived('ben', [{ sequence: 5, tripMs: 5000 }], 910);
  backlog.arrived('ben', [{ sequence: 4, tripMs: 5000 }], 910);
  expect(Math.abs(wait(700) - 125)).toBeLessThan(4);
});

test('a queue that stands drains at the rate of what arrives, not at that of the estimate', () => {
  const backlog = started();
  const wait = (now: number) => backlog.reading(now, RATE)?.waitMs ?? 0;
  // The link carries 100 kbit/s; 10 kbit come every 50 ms.
  for (let i = 0; i < 10; i++) {
    backlog.sent(5 + i, 500 + 50 * i, 10_000);
    const tripMs = WAY_MS + 50 * i;
    backlog.arrived('ben', [{ sequence: 5 + i, tripMs }], 500 + 50 * i + tripMs);
  }
  // Frame 14 was sent at 950 and left at 1400.
  expect(Math.abs(wait(950) - 450)).toBeLessThan(10);
  backlog.sent(15, 1000, 10_000);
  expect(Math.abs(wait(1000) - 500)).toBeLessThan(12);
});

test('what came through while frames waited is told, and only that', () => {
  const backlog = started();
  const carried = (now: number) => backlog.reading(now, RATE)?.carriedBitrate;
  expect(carried(520)).toBeUndefined();
  // The link carries 100 kbit/s; 10 kbit come every 80 ms, then every 200.
  const arrive = (sequence: number, at: number, leftAt: number) => {
    backlog.sent(sequence, at, 10_000);
    backlog.arrived('ben', [{ sequence, tripMs: WAY_MS + leftAt - at }], leftAt + WAY_MS);
  };
  for (let i = 0; i < 5; i++) arrive(5 + i, 500 + 80 * i, 600 + 100 * i);
  expect(carried(1060)).toBeCloseTo(100_000);
  expect(backlog.reading(1060, RATE)?.waitedMs).toBeCloseTo(180);
  for (let i = 0; i < 10; i++) arrive(10 + i, 1000 + 200 * i, 1000 + 200 * i);
  expect(carried(2850)).toBeUndefined();
  expect(backlog.reading(2850, RATE)?.waitedMs).toBe(0);
});

test('a frame that was sent anew holds up itself, not the queue', () => {
  const backlog = started();
  const arrive = (sequence: number, tripMs: number) =>
    backlog.arrived('ben', [{ sequence, tripMs }], 100 * sequence + tripMs);
  for (let sequence = 5; sequence < 9; sequence++) backlog.sent(sequence, 100 * sequence, 10_000);
  arrive(5, WAY_MS);
  arrive(6, WAY_MS + 150);
  arrive(7, WAY_MS + 50);
  expect(backlog.reading(860, 1e6)?.waitMs).toBe(0);
});

test('a longer way is known as such after ten seconds', () => {
  const backlog = started();
  const waited: number[] = [];
  for (let sequence = 5; sequence < 140; sequence++) {
    const now = 100 * sequence;
    backlog.sent(sequence, now, 1000);
    backlog.arrived('ben', [{ sequence, tripMs: WAY_MS + 120 }], now + 100);
    waited.push(backlog.reading(now + 100, RATE)?.waitedMs ?? NaN);
  }
  expect(waited[0]).toBe(120);
  expect(waited[90]).toBe(120);
  expect(waited.at(-1)).toBe(0);
});

test('a pause of the sender is not taken for a slow link', () => {
  const backlog = started();
  backlog.sent(5, 500, 10_000);
  backlog.arrived('ben', [{ sequence: 5, tripMs: WAY_MS + 100 }], 650);
  backlog.sent(6, 1400, 1000);
  backlog.arrived('ben', [{ sequence: 6, tripMs: WAY_MS + 100 }], 1550);
  backlog.sent(7, 1600, 8000);
  expect(backlog.reading(1600, RATE)?.waitMs).toBe(20);
});

test('silence about a frame that should have arrived tells of a queue before any arrival does', () => {
  const backlog = started();
  const send = (sequence: number) => backlog.sent(sequence, 100 * sequence, 40_000);
  const wait = (now: number) => backlog.reading(now, 1e6)?.waitMs ?? 0;
  [5, 6].forEach(send);
  expect(wait(690)).toBe(0);
  [7, 8, 9, 10, 11].forEach(send);
  // Words used to come after 100 ms. At 1150 frame 5, of 500, had not left at 1050: 40 kbit in 550 ms at most.
  expect(wait(1150)).toBeGreaterThan(1000);
  // The next word ends the suspicion.
  backlog.arrived('ben', [{ sequence: 11, tripMs: WAY_MS }], 1200);
  expect(wait(1200)).toBe(0);
});

test('with several receivers the least counts, and a silent or gone one nothing', () => {
  const backlog = started(['ben', 'cleo']);
  backlog.sent(5, 500, 10_000);
  backlog.arrived('ben', [{ sequence: 5, tripMs: WAY_MS + 900 }], 960);
  backlog.sent(6, 960, 20_000);
  backlog.arrived('cleo', [{ sequence: 5, tripMs: WAY_MS }], 965);
  expect(backlog.reading(960, RATE)?.waitMs).toBe(50);
  expect(backlog.reading(985, RATE)?.heardMs).toBe(20);
  backlog.remove('cleo');
  expect(backlog.reading(960, RATE)?.waitMs).toBeGreaterThan(400);
  expect(backlog.reading(2500, RATE)).toBeUndefined();
});

test('on a link of constant capacity the wait is known up to what receivers have not told yet', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 50, max: 2000 }),
      fc.array(fc.integer({ min: 100, max: 60_000 }), { minLength: 40, maxLength: 120 }),
      (kbit, sizes) => {
        const backlog = createSendBacklog();
        const words: { readonly sequence: number; readonly tripMs: number; readonly at: number }[] =
          [];
        let free = 0;
        for (const [sequence, bits] of [100, 100, 100, ...sizes].entries()) {
          const now = 33 * sequence;
          for (let next = words[0]; next && next.at <= now; next = words[0]) {
            words.shift();
            backlog.arrived('ben', [next], now);
          }
          const truth = Math.max(0, free - now);
          const known = backlog.reading(now, 1000 * kbit)?.waitMs ?? 0;
          expect(known).toBeLessThanOrEqual(truth + 1);
          if (sequence > 10 && truth > 200 && truth < 900) {
            expect(known).toBeGreaterThan(0.5 * truth);
          }
          free = Math.max(free, now) + bits / kbit;
          backlog.sent(sequence, now, bits);
          words.push({ sequence, tripMs: free + WAY_MS - now, at: free + 2 * WAY_MS });
        }
      },
    ),
    { numRuns: 200, seed: 3 },
  );
});

test('a frame is overdue when it has not been named for longer than usual', () => {
  const backlog = started(['ann', 'ben']);
  expect(backlog.overdueMs(450)).toBe(0);
  backlog.sent(5, 500, 10_000);
  // Until now frames were named 100 ms after they were sent.
  expect(backlog.overdueMs(590)).toBe(0);
  expect(backlog.overdueMs(640)).toBe(40);
  backlog.arrived('ben', [{ sequence: 5, tripMs: WAY_MS }], 640);
  expect(backlog.overdueMs(650)).toBe(50);
  backlog.arrived('ann', [{ sequence: 5, tripMs: WAY_MS }], 650);
  expect(backlog.overdueMs(650)).toBe(0);
  expect(createSendBacklog().overdueMs(0)).toBe(0);
});

test('tells what the latest frames had waited on the worst way', () => {
  const backlog = started(['ann', 'ben']);
  expect(backlog.waitedMs(500)).toBe(0);
  backlog.sent(5, 500, 10_000);
  backlog.arrived('ben', [{ sequence: 5, tripMs: WAY_MS + 80 }], 640);
  backlog.arrived('ann', [{ sequence: 5, tripMs: WAY_MS }], 640);
  expect(backlog.waitedMs(650)).toBe(80);
  expect(backlog.waitedMs(9000)).toBe(0);
});
