import { isRetained } from '../codec/retention.js';
import { createReceiverView, type ReceiverView } from './receiverView.js';
import type { Recovery, ReferenceChoice, SentFrameReference, StreamFrame } from './types.js';

/** A receiver that has said nothing for so long is not waited for. */
const SILENT_AFTER_MS = 1000;
/** How long the end of a silence explains a request for a picture. */
const RETURN_KNOWN_MS = 1000;
/** Frames remembered: fewer than the frame numbers, so that each number means one frame. */
const REMEMBERED_FRAMES = 240;

/** One frame since the last key frame, in order. */
export interface FrameRecord extends StreamFrame {
  readonly reference: number | undefined;
  /** The encoder can still predict from it. */
  held: boolean;
}

/** Creates the {@link Recovery} of one stream. */
export function createRecovery(): Recovery {
  const receivers = new Map<string, ReceiverView>();
  const frames = new Map<number, FrameRecord>();
  let latest: FrameRecord | undefined;
  let keep: FrameRecord | undefined;
  let returnedAt = -Infinity;

  function forgetAll(): void {
    frames.clear();
    latest = undefined;
    keep = undefined;
    for (const receiver of receivers.values()) receiver.forgetBefore(Infinity);
  }

  /** Who speaks, and has said something of the frames since the last key frame. */
  const active = (now: number): ReceiverView[] =>
    [...receivers.values()].filter(
      (receiver) => receiver.informed && now - receiver.heardAt < SILENT_AFTER_MS,
    );

  /** The newest frame that the encoder and all of these receivers hold. */
  function newestCommon(views: readonly ReceiverView[]): FrameRecord | undefined {
    const newestDecodable = views.map((view) => view.newestDecodable(frames));
    return [...frames.values()].reverse().find(
      (frame) =>
        frame.held &&
        views.every((view, i) => {
          const newest = newestDecodable[i];
          return (
            view.acknowledged(frame.sequence) &&
            newest !== undefined &&
            isRetained(frame.frameId, newest.frameId)
          );
        }),
    );
  }

  /** The newest frame that all active receivers acknowledged stays, even if it is not wanted yet. */
  function protect(now: number): void {
    const views = active(now);
    if (views.length === 0) return;
    const common = [...frames.values()]
      .reverse()
      .find(({ held, sequence }) => held && views.every((view) => view.acknowledged(sequence)));
    keep = common ?? keep;
  }

  return {
    sent({ keep: kept, ...frame }: SentFrameReference, now) {
      if (frame.reference === undefined) forgetAll();
      latest = { ...frame, held: true };
      for (const [sequence, earlier] of frames) {
        const stays = earlier.frameId === kept || isRetained(earlier.frameId, frame.frameId);
        if (!stays) earlier.held = false;
        if (sequence <= frame.sequence - REMEMBERED_FRAMES) frames.delete(sequence);
      }
      frames.set(frame.sequence, latest);
      const oldest = frame.sequence - REMEMBERED_FRAMES;
      for (const receiver of receivers.values()) {
        receiver.forgetBefore(oldest);
        receiver.sent(now);
      }
    },

    report(id, report, now) {
      const receiver = receivers.get(id) ?? createReceiverView();
      receivers.set(id, receiver);
      if (receiver.silentMs(now) >= SILENT_AFTER_MS) returnedAt = now;
      const losses = receiver.hear(report, frames, now);
      protect(now);
      return losses;
    },

    remove(id) {
      receivers.delete(id);
    },

    reset: forgetAll,

    choose(now, doubted = false): ReferenceChoice {
      const kept = keep?.frameId;
      if (latest === undefined) {
        return { reference: undefined, keyFrameNeeded: true, repairs: false, keep: undefined };
      }
      const tip = latest;
      const usual = { reference: tip, keyFrameNeeded: false, repairs: false, keep: kept };
      const views = active(now);
      const lost = !views.every((view) => view.decodable(tip.sequence, frames));
      const sure = !doubted || views.every((view) => view.acknowledged(tip.sequence));
      if (!lost && sure) return usual;
      const common = newestCommon(views);
      if (common) return { ...usual, reference: common, repairs: true };
      if (!lost) return usual;
      const helpable = views.filter((view) => newestCommon([view]) !== undefined);
      const stuck = helpable.some((view) => !view.decodable(tip.sequence, frames));
      const forSome = stuck ? newestCommon(helpable) : undefined;
      return {
        ...usual,
        reference: forSome ?? tip,
        keyFrameNeeded: true,
        repairs: forSome !== undefined,
      };
    },

    returned: (now) => now - returnedAt < RETURN_KNOWN_MS,
  };
}
