import type { Repair, RepairMeans } from '@inncall/sfu/protocol';
import { StageSamples } from '../latency/stageSamples.js';
import type { RepairSummary } from './messages.js';

interface Break {
  readonly since: number;
  /** Newest frame before the loss. */
  readonly after: number;
}

/** Times how long the last good picture stands because something is missing. */
export class RepairClock {
  readonly #samples = new StageSamples();
  readonly #by: Record<RepairMeans, number> = { retransmission: 0, reference: 0, keyFrame: 0 };
  #unreported: Repair[] = [];
  #break: Break | undefined;
  #count = 0;

  /** When the present loss was noticed, ms. */
  get brokenSince(): number | undefined {
    return this.#break?.since;
  }

  get summary(): RepairSummary {
    const { p50 = 0, p95 = 0, max = 0 } = this.#samples.summary() ?? {};
    return { count: this.#count, p50, p95, max, by: { ...this.#by } };
  }

  /** Repairs since the last call. */
  take(): Repair[] {
    const repairs = this.#unreported;
    this.#unreported = [];
    return repairs;
  }

  /** A loss is noticed at `now` (ms): frames after `after` cannot be shown. */
  noteLoss(now: number, after: number): void {
    this.#break ??= { since: now, after };
  }

  /** The picture stands for another reason. */
  forgetLoss(): void {
    this.#break = undefined;
  }

  /** A picture is shown; one after the loss ends it. */
  noteShown(frame: { sequence: number; reference: number | undefined }, now: number): void {
    if (this.#break === undefined || frame.sequence <= this.#break.after) return;
    const { since, after } = this.#break;
    this.#break = undefined;
    // Before the first picture there was none that could stand still.
    if (after < 0) return;
    const by = meansOf(frame, after);
    const ms = Math.min(60_000, Math.max(0, now - since));
    this.#samples.add(ms);
    this.#by[by] += 1;
    this.#count += 1;
    this.#unreported.push({ by, ms });
  }
}

function meansOf(
  { sequence, reference }: { sequence: number; reference: number | undefined },
  after: number,
): RepairMeans {
  if (reference === undefined) return 'keyFrame';
  return sequence === after + 1 && reference === after ? 'retransmission' : 'reference';
}
