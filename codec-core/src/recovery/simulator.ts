import { isRetained } from '../codec/retention.js';
import { createRandom, type Random } from '../rate/simulation/random.js';
import { createRecovery } from './recovery.js';
import type { ReceiverReport, ReferenceChoice, SentFrameReference } from './types.js';

/** One direction of a path. Packets that scatter by more than the frame interval change places. */
export interface PathModel {
  /** ms, without and with the scatter */
  readonly delayMs: number;
  readonly scatterMs: number;
  /** probability of losing one packet, 0..1 */
  readonly loss: number;
  /** probability that it comes twice, 0..1 */
  readonly duplication: number;
}

export interface SimulatedReceiver {
  readonly name: string;
  readonly joinsMs: number;
  readonly leavesMs: number;
  /** Media loses everything between these times, ms. */
  readonly outages: readonly (readonly [number, number])[];
}

export interface RecoveryScenario {
  readonly seed: number;
  readonly durationMs: number;
  /** From then on nothing is lost, delayed beyond `delayMs` or doubled. */
  readonly calmFromMs: number;
  readonly frameIntervalMs: number;
  readonly media: PathModel;
  readonly feedback: PathModel;
  readonly receivers: readonly SimulatedReceiver[];
  /** The sender doubts what is not acknowledged after so long a silence, ms; default Infinity. */
  readonly doubtAfterMs?: number;
}

export interface ReceiverOutcome {
  readonly name: string;
  readonly decoded: number;
  /** Times without a new picture while one was missing, ms. */
  readonly repairsMs: readonly number[];
  /** Sequence number of the newest decoded frame, -1 for none. */
  readonly newest: number;
  readonly keyFrameRequests: number;
}

export interface RecoveryOutcome {
  readonly sent: number;
  readonly keyFrames: number;
  /** Frames predicted from an acknowledged one because of a loss or a doubt. */
  readonly repairs: number;
  /** Frames that one receiver or another never got. */
  readonly lost: number;
  readonly receivers: readonly ReceiverOutcome[];
}

/** A report that has reached the sender. */
export interface HeardReport extends ReceiverReport {
  readonly at: number;
  readonly receiver: string;
}

/** What the sender could know when it chose the reference of frame `sequence`. */
export interface Situation {
  readonly at: number;
  readonly sequence: number;
  /** Frames that the encoder holds. */
  readonly held: ReadonlySet<number>;
  /** All reports since the last key frame, of receivers that are still there. */
  readonly heard: readonly HeardReport[];
}

/** Sees each choice before the frame is sent. */
export type ChoiceWatcher = (choice: ReferenceChoice, situation: Situation) => void;

const REPORT_INTERVAL_MS = 100;
/** A receiver that is stuck for so long asks for a key frame. */
const PATIENCE_MS = 400;
const KEY_FRAME_INTERVAL_MS = 500;

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Runs what is due in order of time. */
class Agenda {
  now = 0;
  readonly #events: Event[] = [];
  #count = 0;

  add(at: number, run: () => void): void {
    const event = { at, order: this.#count++, run };
    const index = this.#events.findLastIndex((other) => other.at <= at) + 1;
    this.#events.splice(index, 0, event);
  }

  runUntil(end: number): void {
    for (let next = this.#events[0]; next && next.at <= end; next = this.#events[0]) {
      this.#events.shift();
      this.now = next.at;
      next.run();
    }
  }
}

/** The pictures of one side, by the rule of the bitstream. */
class HeldFrames {
  readonly #byNumber = new Map<number, number>();

  has(frame: { readonly sequence: number; readonly frameId: number }): boolean {
    return this.#byNumber.get(frame.frameId) === frame.sequence;
  }

  store(frame: SentFrameReference, keep?: number): void {
    if (frame.reference === undefined) this.#byNumber.clear();
    for (const frameId of this.#byNumber.keys()) {
      if (frameId !== keep && !isRetained(frameId, frame.frameId)) this.#byNumber.delete(frameId);
    }
    this.#byNumber.set(frame.frameId, frame.sequence);
  }

  get sequences(): ReadonlySet<number> {
    return new Set(this.#byNumber.values());
  }
}

class ReceiverModel {
  readonly #held = new HeldFrames();
  readonly #missing = new Set<number>();
  readonly #repairs: number[] = [];
  readonly #sendReport: (report: ReceiverReport) => void;
  #acknowledged: number[] = [];
  #highest = -1;
  #newest = -1;
  #decoded = 0;
  #stuckSince: number | undefined;
  #asked = 0;

  constructor(sendReport: (report: ReceiverReport) => void) {
    this.#sendReport = sendReport;
  }

  receive(frame: SentFrameReference, now: number): void {
    if (frame.sequence <= this.#newest || this.#held.has(frame)) return;
    for (let gap = Math.max(this.#highest, this.#newest) + 1; gap < frame.sequence; gap += 1) {
      this.#missing.add(gap);
    }
    this.#highest = Math.max(this.#highest, frame.sequence);
    if (frame.reference !== undefined && !this.#holds(frame.reference)) {
      this.#missing.add(frame.sequence);
      this.#stuckSince ??= now;
      this.report(now);
      return;
    }
    this.#held.store(frame);
    this.#newest = frame.sequence;
    this.#decoded += 1;
    this.#acknowledged.push(frame.sequence);
    for (const sequence of this.#missing) {
      if (sequence <= frame.sequence) this.#missing.delete(sequence);
    }
    if (this.#stuckSince === undefined) return;
    this.#repairs.push(now - this.#stuckSince);
    this.#stuckSince = undefined;
  }

  report(now: number): void {
    if (this.#acknowledged.length === 0 && this.#stuckSince === undefined) return;
    const stuckMs = this.#stuckSince === undefined ? 0 : now - this.#stuckSince;
    const needsKeyFrame = this.#newest < 0 || stuckMs > PATIENCE_MS;
    if (needsKeyFrame) this.#asked += 1;
    this.#sendReport({
      acknowledged: this.#acknowledged.splice(0),
      lost: [...this.#missing],
      needsKeyFrame,
    });
  }

  outcome(name: string): ReceiverOutcome {
    return {
      name,
      decoded: this.#decoded,
      repairsMs: this.#repairs,
      newest: this.#newest,
      keyFrameRequests: this.#asked,
    };
  }

  #holds(sequence: number): boolean {
    return this.#held.sequences.has(sequence);
  }
}

/** Sends a stream to some receivers over a bad network; the same scenario gives the same outcome. */
export function simulateRecovery(
  scenario: RecoveryScenario,
  watch: ChoiceWatcher = () => undefined,
): RecoveryOutcome {
  const random = createRandom(scenario.seed);
  const agenda = new Agenda();
  const recovery = createRecovery();
  const held = new HeldFrames();
  const receivers = scenario.receivers.map((person) => ({
    person,
    model: new ReceiverModel((report) => {
      travel(scenario.feedback, () => {
        if (!present(person)) return;
        recovery.report(person.name, report, agenda.now);
        heardAt = agenda.now;
        heard.push({ ...report, at: agenda.now, receiver: person.name });
      });
    }),
  }));
  let heard: HeardReport[] = [];
  let sequence = 0;
  let keyFrames = 0;
  let repairs = 0;
  let lost = 0;
  let lastKeyAt = -Infinity;
  let heardAt = 0;

  function travel(path: PathModel, arrive: () => void): boolean {
    const calm = agenda.now >= scenario.calmFromMs;
    const copies = calm ? 1 : copiesOf(path, random);
    for (let copy = 0; copy < copies; copy += 1) {
      const scatter = calm ? 0 : path.scatterMs * random.uniform();
      agenda.add(agenda.now + path.delayMs + scatter, arrive);
    }
    return copies > 0;
  }

  function present({ joinsMs, leavesMs }: SimulatedReceiver): boolean {
    return agenda.now >= joinsMs && agenda.now < leavesMs;
  }

  function send(): void {
    const doubted = agenda.now - heardAt > (scenario.doubtAfterMs ?? Infinity);
    const choice = recovery.choose(agenda.now, doubted);
    watch(choice, { at: agenda.now, sequence, held: held.sequences, heard });
    const key =
      choice.reference === undefined ||
      (choice.keyFrameNeeded && agenda.now - lastKeyAt >= KEY_FRAME_INTERVAL_MS);
    const frame: SentFrameReference = {
      sequence,
      frameId: sequence % 256,
      reference: key ? undefined : choice.reference.sequence,
      keep: choice.keep,
    };
    sequence += 1;
    if (key) {
      keyFrames += 1;
      lastKeyAt = agenda.now;
      heard = [];
    } else if (choice.repairs) {
      repairs += 1;
    }
    held.store(frame, choice.keep);
    recovery.sent(frame, agenda.now);
    for (const { person, model } of receivers) {
      if (!present(person)) continue;
      const out = person.outages.some(([from, to]) => agenda.now >= from && agenda.now < to);
      const arrives = !out && travel(scenario.media, () => model.receive(frame, agenda.now));
      if (!arrives) lost += 1;
    }
  }

  for (let at = 0; at < scenario.durationMs; at += scenario.frameIntervalMs) agenda.add(at, send);
  for (const { person, model } of receivers) {
    const until = Math.min(person.leavesMs, scenario.durationMs);
    for (let at = person.joinsMs; at < until; at += REPORT_INTERVAL_MS) {
      agenda.add(at, () => model.report(agenda.now));
    }
    agenda.add(person.leavesMs, () => {
      recovery.remove(person.name);
      heard = heard.filter(({ receiver }) => receiver !== person.name);
    });
  }
  agenda.runUntil(scenario.durationMs);
  return {
    sent: sequence,
    keyFrames,
    repairs,
    lost,
    receivers: receivers.map(({ person, model }) => model.outcome(person.name)),
  };
}

function copiesOf({ loss, duplication }: PathModel, random: Random): number {
  if (random.uniform() < loss) return 0;
  return random.uniform() < duplication ? 2 : 1;
}
