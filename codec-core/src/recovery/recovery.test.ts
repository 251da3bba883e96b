import { describe, expect, it } from 'vitest';
import { createRecovery } from './recovery.js';
import type { ReceiverReport, Recovery } from './types.js';

const INTERVAL_MS = 33;

/** Sends frames `from`..`to`, each as the recovery chooses, at one frame per interval. */
function send(recovery: Recovery, from: number, to: number): (number | undefined)[] {
  const references: (number | undefined)[] = [];
  for (let sequence = from; sequence <= to; sequence += 1) {
    const { reference, keep } = recovery.choose(sequence * INTERVAL_MS);
    references.push(reference?.sequence);
    const frame = { sequence, frameId: sequence % 256, reference: reference?.sequence, keep };
    recovery.sent(frame, sequence * INTERVAL_MS);
  }
  return references;
}

/** @returns how many frames are newly lost */
function report(
  recovery: Recovery,
  receiver: string,
  at: number,
  { acknowledged = [], lost = [], needsKeyFrame = false }: Partial<ReceiverReport>,
): number {
  return recovery.report(receiver, { acknowledged, lost, needsKeyFrame }, at * INTERVAL_MS).length;
}

describe('Recovery', () => {
  it('begins with a key frame and then predicts from the frame before', () => {
    const recovery = createRecovery();
    expect(recovery.choose(0)).toMatchObject({ reference: undefined, keyFrameNeeded: true });
    expect(send(recovery, 0, 3)).toEqual([undefined, 0, 1, 2]);
    expect(recovery.choose(4 * INTERVAL_MS).keyFrameNeeded).toBe(false);
  });

  it('answers a loss with the newest frame that everybody acknowledged, once', () => {
    const recovery = createRecovery();
    send(recovery, 0, 8);
    report(recovery, 'ann', 8, { acknowledged: [0, 1, 2, 3, 4, 5] });
    report(recovery, 'ben', 8, { acknowledged: [0, 1, 2, 3], lost: [4] });
    expect(recovery.choose(9 * INTERVAL_MS)).toMatchObject({
      reference: { sequence: 3 },
      keyFrameNeeded: false,
      repairs: true,
      keep: 3,
    });
    expect(send(recovery, 9, 11)).toEqual([3, 9, 10]);
    report(recovery, 'ben', 11, { lost: [4, 5, 6] });
    expect(send(recovery, 12, 12)).toEqual([11]);
  });

  it('a retransmission that was decoded after all revokes the loss', () => {
    const recovery = createRecovery();
    send(recovery, 0, 5);
    report(recovery, 'ann', 5, { acknowledged: [0, 1], lost: [2] });
    report(recovery, 'ann', 5, { acknowledged: [2, 3, 4] });
    expect(send(recovery, 6, 6)).toEqual([5]);
  });

  it('counts a lost frame once, and not those that build on it', () => {
    const recovery = createRecovery();
    send(recovery, 0, 8);
    expect(report(recovery, 'ann', 8, { acknowledged: [2], lost: [3, 4, 5] })).toBe(1);
    expect(report(recovery, 'ann', 8, { lost: [3, 4, 5, 6] })).toBe(0);
    expect(report(recovery, 'ben', 8, { lost: [5] })).toBe(1);
    send(recovery, 9, 11);
    expect(report(recovery, 'ann', 11, { acknowledged: [9], lost: [10] })).toBe(1);
  });

  it('reports in any order and number say the same', () => {
    const recovery = createRecovery();
    send(recovery, 0, 5);
    report(recovery, 'ann', 5, { acknowledged: [4] });
    report(recovery, 'ann', 5, { lost: [2, 3] });
    report(recovery, 'ann', 5, { acknowledged: [4] });
    expect(send(recovery, 6, 6)).toEqual([5]);
  });

  it('asks for a key frame only for a receiver that nothing acknowledged can help', () => {
    const recovery = createRecovery();
    send(recovery, 0, 8);
    report(recovery, 'ann', 8, { acknowledged: [6], lost: [7] });
    report(recovery, 'late', 8, { lost: [8], needsKeyFrame: true });
    const choice = recovery.choose(9 * INTERVAL_MS);
    expect(choice).toMatchObject({ keyFrameNeeded: true, reference: { sequence: 6 } });
    const key = { sequence: 9, frameId: 9, reference: undefined, keep: choice.keep };
    recovery.sent(key, 9 * INTERVAL_MS);
    // Said before the key frame arrived: it is the answer already.
    report(recovery, 'late', 9, { lost: [8], needsKeyFrame: true });
    expect(recovery.choose(10 * INTERVAL_MS)).toMatchObject({
      keyFrameNeeded: false,
      reference: { sequence: 9 },
    });
  });

  it('does not wait for a receiver that fell silent or left', () => {
    const recovery = createRecovery();
    send(recovery, 0, 8);
    report(recovery, 'ann', 8, { acknowledged: [0], lost: [1] });
    report(recovery, 'ben', 8, { acknowledged: [8] });
    send(recovery, 9, 50);
    report(recovery, 'ben', 50, { acknowledged: [49], lost: [50] });
    expect(send(recovery, 51, 51)).toEqual([49]);
    report(recovery, 'ann', 51, { lost: [50] });
    recovery.remove('ann');
    report(recovery, 'ben', 51, { acknowledged: [51] });
    expect(send(recovery, 52, 52)).toEqual([51]);
  });

  it('keeps the acknowledged frame over a long silence of the only receiver', () => {
    const recovery = createRecovery();
    send(recovery, 0, 21);
    report(recovery, 'ann', 21, { acknowledged: [20] });
    send(recovery, 22, 200);
    report(recovery, 'ann', 200, { lost: [21, 200] });
    expect(send(recovery, 201, 201)).toEqual([20]);
  });

  it('while another goes on, only an anchor is common after a long silence', () => {
    const recovery = createRecovery();
    send(recovery, 0, 21);
    report(recovery, 'ann', 21, { acknowledged: [20] });
    report(recovery, 'ben', 21, { acknowledged: [20] });
    send(recovery, 22, 60);
    report(recovery, 'ben', 60, { acknowledged: [59] });
    report(recovery, 'ann', 60, { lost: [21] });
    expect(send(recovery, 61, 61)).toEqual([16]);
  });

  it('predicts from what was acknowledged last while the rest is doubted', () => {
    const recovery = createRecovery();
    send(recovery, 0, 5);
    const usual = { reference: { sequence: 5 }, repairs: false };
    expect(recovery.choose(200, true)).toMatchObject(usual);
    report(recovery, 'ann', 5, { acknowledged: [0, 1, 2, 3] });
    expect(recovery.choose(200, true)).toMatchObject({ reference: { sequence: 3 }, repairs: true });
    expect(recovery.choose(200)).toMatchObject(usual);
    report(recovery, 'ann', 6, { acknowledged: [5] });
    expect(recovery.choose(230, true)).toMatchObject(usual);
  });

  it('an end of a long silence about frames explains a request for a picture, one without frames does not', () => {
    const recovery = createRecovery();
    send(recovery, 0, 5);
    report(recovery, 'ann', 6, { acknowledged: [5] });
    report(recovery, 'ann', 100, { acknowledged: [5] });
    expect(recovery.returned(101 * INTERVAL_MS)).toBe(false);
    send(recovery, 101, 140);
    report(recovery, 'ann', 141, { acknowledged: [140] });
    expect(recovery.returned(142 * INTERVAL_MS)).toBe(true);
    expect(recovery.returned(180 * INTERVAL_MS)).toBe(false);
  });

  it('knows nothing of frames before a key frame or a reset', () => {
    const recovery = createRecovery();
    send(recovery, 0, 5);
    report(recovery, 'ann', 5, { acknowledged: [5] });
    recovery.reset();
    expect(recovery.choose(6 * INTERVAL_MS)).toMatchObject({
      reference: undefined,
      keyFrameNeeded: true,
      keep: undefined,
    });
  });
});
