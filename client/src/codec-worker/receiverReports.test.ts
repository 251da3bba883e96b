import { LIMITS, type FeedbackReport } from '@inncall/sfu/protocol';
import { describe, expect, test } from 'vitest';
import { ReceiverReports } from './receiverReports.js';

function setUp() {
  const sent: FeedbackReport[] = [];
  return { sent, reports: new ReceiverReports((report) => sent.push(report)) };
}

const NO_PARTS = (): number => 0;

describe('ReceiverReports', () => {
  test('gathers acknowledgements for a while', () => {
    const { reports, sent } = setUp();
    reports.acknowledge(0);
    reports.update([], NO_PARTS, 0);
    reports.acknowledge(1);
    reports.update([], NO_PARTS, 20);
    reports.acknowledge(2);
    reports.update([], NO_PARTS, 59);
    reports.update([], NO_PARTS, 60);
    reports.update([], NO_PARTS, 500);
    expect(sent.map(({ acknowledged }) => acknowledged)).toEqual([[0], [1, 2]]);
  });

  test('tells of packets that did not come, and of frames that only the parity saved, once', () => {
    const { reports, sent } = setUp();
    for (const at of [0, 100, 200]) {
      const frames = at === 100 ? 200 : 0;
      reports.miss(6 * frames, frames);
      reports.acknowledge(at);
      reports.update([], NO_PARTS, at);
    }
    expect(sent.map(({ recovered }) => recovered)).toEqual([undefined, 128, undefined]);
    expect(sent.map(({ missing }) => missing)).toEqual([undefined, 1000, undefined]);
  });

  test('names every arrival once, where the clocks make sense of its way', () => {
    const { reports, sent } = setUp();
    const arrive = (sequence: number, tripMs: number, at: number) => {
      reports.arrived({ sequence, tripMs });
      reports.acknowledge(sequence);
      reports.update([], NO_PARTS, at);
    };
    arrive(3, 1e7, 0);
    arrive(4, 30, 20);
    arrive(5, 150, 60);
    arrive(6, 41, 200);
    expect(sent.map(({ arrivals }) => arrivals)).toEqual([
      [],
      [
        { sequence: 4, tripMs: 30 },
        { sequence: 5, tripMs: 150 },
      ],
      [{ sequence: 6, tripMs: 41 }],
    ]);
  });

  test('of many arrivals since the last report it names the newest', () => {
    const { reports, sent } = setUp();
    for (let sequence = 0; sequence < 300; sequence += 1) reports.arrived({ sequence, tripMs: 20 });
    reports.acknowledge(299);
    reports.update([], NO_PARTS, 0);
    expect(sent[0]?.arrivals).toHaveLength(LIMITS.feedbackFrames);
    expect(sent[0]?.arrivals.at(-1)?.sequence).toBe(299);
  });

  test('tells a new loss at once with what was decoded, and repeats it until it is over', () => {
    const { reports, sent } = setUp();
    reports.acknowledge(3);
    reports.update([], NO_PARTS, 0);
    reports.acknowledge(4);
    reports.update([5], NO_PARTS, 10);
    reports.update([5], NO_PARTS, 20);
    reports.update([5, 7], NO_PARTS, 30);
    reports.update([5], NO_PARTS, 40);
    reports.update([5], NO_PARTS, 130);
    reports.update([], NO_PARTS, 300);
    expect(sent.slice(1)).toEqual([
      { acknowledged: [4], lost: [5], needsKeyFrame: false, arrivals: [] },
      { acknowledged: [], lost: [5, 7], needsKeyFrame: false, arrivals: [] },
      { acknowledged: [], lost: [5], needsKeyFrame: false, arrivals: [] },
    ]);
  });

  test('asks for a key frame once', () => {
    const { reports, sent } = setUp();
    reports.update([5], NO_PARTS, 10);
    reports.requestKeyFrame();
    reports.update([5], NO_PARTS, 20);
    reports.update([5], NO_PARTS, 120);
    expect(sent.map(({ needsKeyFrame }) => needsKeyFrame)).toEqual([false, true, false]);
  });

  test('tells how many parts a lost frame lacks, where some are here', () => {
    const { reports, sent } = setUp();
    reports.update([5, 6], (sequence) => (sequence === 6 ? 2 : 0), 0);
    reports.update([7], NO_PARTS, 10);
    expect(sent.map(({ lacking }) => lacking)).toEqual([[0, 2], undefined]);
  });

  test('of a long loss it tells the beginning and the end', () => {
    const { reports, sent } = setUp();
    reports.update(
      Array.from({ length: 400 }, (_, index) => index),
      NO_PARTS,
      0,
    );
    expect(sent[0]?.lost).toHaveLength(LIMITS.feedbackFrames);
    expect(sent[0]?.lost.slice(-2)).toEqual([LIMITS.feedbackFrames - 2, 399]);
  });
});
