import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TailProbe } from './tailProbe.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const probe = vi.fn(() => Promise.resolve());
  const onError = vi.fn();
  const tail = new TailProbe({ now: () => Date.now(), probe, onError });
  return { tail, probe, onError };
}

test('nothing follows on a clean path', () => {
  const { tail, probe } = setUp();
  tail.follow();
  vi.advanceTimersByTime(1000);
  expect(probe).not.toHaveBeenCalled();
});

test('one probe follows each picture for five seconds after a loss', () => {
  const { tail, probe } = setUp();
  tail.noteLoss();
  for (let elapsed = 0; elapsed < 10_000; elapsed += 50) {
    tail.follow();
    vi.advanceTimersByTime(50);
  }
  expect(probe).toHaveBeenCalledTimes(100);
});

test('a picture that comes sooner takes its place', () => {
  const { tail, probe } = setUp();
  tail.noteLoss();
  tail.follow();
  vi.advanceTimersByTime(5);
  tail.cancel();
  vi.advanceTimersByTime(100);
  expect(probe).not.toHaveBeenCalled();
});

test('a probe that fails is told', async () => {
  const { tail, probe, onError } = setUp();
  probe.mockRejectedValueOnce(new Error('closed'));
  tail.noteLoss();
  tail.follow();
  await vi.advanceTimersByTimeAsync(20);
  expect(onError).toHaveBeenCalledOnce();
});
