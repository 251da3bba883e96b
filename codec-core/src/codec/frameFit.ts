import type { FrameLimits } from '../quant/points.js';

/** How a frame is coded: the index, and how many blocks at most, those that gain most. */
export interface FrameChoice {
  readonly qp: number;
  readonly maxBlocks: number;
}

/** What a frame is expected to take. */
export interface FrameSize {
  readonly bytes: number;
  readonly blocks: number;
}

/** What a choice is made from. */
export interface FitOptions {
  readonly limits: FrameLimits;
  readonly planned: number;
  readonly coarsest: number;
  /** Bytes whatever the choice: header and motion. */
  readonly fixedBytes: number;
  /** Foretells; the last call is for the choice that is returned. */
  foretell(choice: FrameChoice): FrameSize;
}

interface Tried extends FrameSize {
  readonly qp: number;
  /** Its bytes in relation to those wanted, or its blocks if they matter more. */
  readonly load: number;
  readonly fits: boolean;
}

type Attempt = (choice: FrameChoice) => Tried;

/** A frame that takes this share of what it may is large enough. */
const FULL = 0.9;
/** One that is tried because another was too large or small may take this of the bytes wanted, if no less is allowed. */
const FITTING = 1.15;
/** Binary orders by which a frame shrinks with each index, until two were tried. */
const USUAL_SLOPE = 0.45;
/** To try an index takes time, too. */
const MOST_TRIALS = 4;
const LEAST_LOAD = 1e-3;

/**
 * The planned index if the frame is neither too large nor clearly too small there; otherwise one at which it fits.
 * How fast a frame shrinks differs widely: where many blocks are barely worth coding, one index can halve it. So
 * what was tried tells what to try next, and where no index is left between one that is too large and one that is
 * too small, the finer one is taken for so many blocks as fit.
 */
export function fitFrame(options: FitOptions): FrameChoice {
  const { planned, coarsest } = options;
  const { wantedBytes, mostBytes, mostBlocks } = options.limits;
  const fitting = Math.min(FITTING, mostBytes / Math.max(1, wantedBytes));
  let latest = whole(planned);
  const attempt: Attempt = (choice) => {
    latest = choice;
    const { bytes, blocks } = options.foretell(choice);
    const load = Math.max(bytes / Math.max(1, wantedBytes), (fitting * blocks) / mostBlocks);
    return { qp: choice.qp, bytes, blocks, load, fits: load <= fitting };
  };

  const finest = Math.min(planned, options.limits.finestQp);
  const first = attempt(latest);
  const small = first.load < FULL && planned > finest;
  if (first.bytes <= mostBytes && first.blocks <= mostBlocks && !small) return latest;
  const { over, under = attempt(whole(coarsest)) } = bracket(first, finest, coarsest, attempt);
  if (over && over.qp < under.qp && under.load < FULL) {
    const capped = { qp: over.qp, maxBlocks: fittingBlocks(over, options) };
    if (capped.maxBlocks > 0 && attempt(capped).fits) return capped;
  }
  if (latest.qp !== under.qp) attempt(whole(under.qp));
  return latest;
}

const whole = (qp: number): FrameChoice => ({ qp, maxBlocks: Infinity });

/** The coarsest index tried at which the frame is too large, and the finest at which it fits. */
function bracket(
  first: Tried,
  finest: number,
  coarsest: number,
  attempt: Attempt,
): { over?: Tried; under?: Tried } {
  let tried = first;
  let over: Tried | undefined;
  let under: Tried | undefined;
  for (let trials = 1; ; trials++) {
    if (tried.fits) under = tried;
    else over = tried;
    const next = nextIndex(finest, coarsest, over, under);
    const found = under !== undefined && under.load >= FULL;
    if (found || next === undefined || trials === MOST_TRIALS) break;
    tried = attempt(whole(next));
  }
  return { ...(over && { over }), ...(under && { under }) };
}

/** @returns undefined where nothing is left between the two */
function nextIndex(
  finest: number,
  coarsest: number,
  over: Tried | undefined,
  under: Tried | undefined,
): number | undefined {
  const from = over === undefined ? finest : over.qp + 1;
  const to = under === undefined ? coarsest : under.qp - 1;
  const known = over ?? under;
  if (from > to || known === undefined) return undefined;
  const slope =
    over && under ? (orderOf(over) - orderOf(under)) / (under.qp - over.qp) : USUAL_SLOPE;
  const guess = known.qp + Math.ceil(orderOf(known) / slope);
  return Math.max(from, Math.min(to, guess));
}

const orderOf = ({ load }: Tried): number => Math.log2(Math.max(LEAST_LOAD, load));

/** How many of the blocks of a frame that is too large fit, were they all alike. */
function fittingBlocks(over: Tried, { limits, fixedBytes }: FitOptions): number {
  const share = (limits.wantedBytes - fixedBytes) / (over.bytes - fixedBytes);
  return Math.floor(Math.min(limits.mostBlocks, over.blocks * share));
}
