import type { FrameRecord } from './recovery.js';
import type { ReceiverReport } from './types.js';

type Frames = ReadonlyMap<number, FrameRecord>;

/** What the sender knows of one receiver's frames. */
export interface ReceiverView {
  /** Time of its last report, ms. */
  readonly heardAt: number;
  /** ms that it has been silent about sent frames */
  silentMs(now: number): number;
  /** A frame was sent. */
  sent(now: number): void;
  /** Something is known of its frames. */
  readonly informed: boolean;
  /** @returns frames that it says for the first time are lost, but for those that build on others */
  hear(report: ReceiverReport, frames: Frames, now: number): readonly number[];
  acknowledged(sequence: number): boolean;
  /** False where the frame, or one that it builds on, is known to be lost. */
  decodable(sequence: number, frames: Frames): boolean;
  /** The newest sent frame that the receiver may have decoded: nothing newer made it give up pictures. */
  newestDecodable(frames: Frames): FrameRecord | undefined;
  forgetBefore(sequence: number): void;
}

export function createReceiverView(): ReceiverView {
  const acknowledged = new Set<number>();
  const lost = new Set<number>();
  let heardAt = -Infinity;
  /** When the first frame since its last report was sent. */
  let waitsSince: number | undefined;

  function decodable(sequence: number, frames: Frames): boolean {
    let at = frames.get(sequence);
    while (at) {
      if (acknowledged.has(at.sequence)) return true;
      if (lost.has(at.sequence)) return false;
      if (at.reference === undefined) return true;
      at = frames.get(at.reference);
    }
    return true;
  }

  /** What was decoded proves that everything it builds on was. */
  function acknowledge(sequence: number, frames: Frames): void {
    let at = frames.get(sequence);
    while (at && !acknowledged.has(at.sequence)) {
      acknowledged.add(at.sequence);
      lost.delete(at.sequence);
      at = at.reference === undefined ? undefined : frames.get(at.reference);
    }
  }

  return {
    get heardAt() {
      return heardAt;
    },
    silentMs: (now) => now - (waitsSince ?? now),
    sent(now) {
      waitsSince ??= now;
    },
    get informed() {
      return acknowledged.size + lost.size > 0;
    },
    hear(report, frames, now) {
      heardAt = Math.max(heardAt, now);
      waitsSince = undefined;
      if (report.needsKeyFrame) {
        const seen = Math.max(-1, ...report.lost, ...report.acknowledged);
        for (const sequence of frames.keys()) {
          if (sequence > seen) continue;
          acknowledged.delete(sequence);
          lost.add(sequence);
        }
        return [];
      }
      for (const sequence of report.acknowledged) acknowledge(sequence, frames);
      const losses: number[] = [];
      for (const sequence of report.lost) {
        if (!frames.has(sequence) || acknowledged.has(sequence)) continue;
        if (decodable(sequence, frames)) losses.push(sequence);
        lost.add(sequence);
      }
      return losses;
    },
    acknowledged: (sequence) => acknowledged.has(sequence),
    decodable,
    newestDecodable(frames) {
      return [...frames.values()].reverse().find(({ sequence }) => decodable(sequence, frames));
    },
    forgetBefore(sequence) {
      for (const set of [acknowledged, lost]) {
        for (const old of set) if (old <= sequence) set.delete(old);
      }
    },
  };
}
